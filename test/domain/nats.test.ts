/** What between two measurements of one NAT is a change, and that a packet lost once is none. */
import { describe, expect, test } from 'vitest'
import type { NatMeasurement } from '../../src/domain/fleet.ts'
import { judgeRun } from '../../src/domain/judge-run.ts'
import { natChange } from '../../src/domain/nats.ts'
import { measuredAgain } from '../../src/instruments/nat.ts'
import { judged, measurementOf, run } from './fixtures.ts'

const strict = measurementOf('saorsa-6', 'port-restricted')
const open = measurementOf('saorsa-6', 'full-cone')

describe('between two measurements', () => {
  test.each<[string, Partial<NatMeasurement>, string | null]>([
    ['nothing', { portPreserving: false, hairpin: 'external-source', raw: [1] }, null],
    ['the mapping', { mapping: 'APDM' }, 'measured port-restricted before, symmetric after'],
    ['the filtering', { filtering: 'EIF' }, 'measured port-restricted before, full-cone after'],
    ['a mapping that moves', { stable: false }, 'measured port-restricted before, port-restricted (unstable) after'],
    ['what could not be told', { stable: null }, null],
    [
      'the address',
      { externalAddresses: ['198.18.9.9'] },
      'seen from outside as 198.18.6.1 before, as 198.18.9.9 after',
    ],
    ['no address', { externalAddresses: [] }, 'seen from outside as 198.18.6.1 before, as nothing after'],
  ])('%s changed', (_, edit, change) => {
    const before = { ...strict, externalAddresses: ['198.18.6.1'] }
    expect(natChange(before, { ...before, ...edit })).toBe(change)
  })
  test('the order of addresses', () => {
    const [a, b] = [
      ['198.18.6.1', '198.18.6.2'],
      ['198.18.6.2', '198.18.6.1'],
    ].map((externalAddresses) => ({
      ...strict,
      externalAddresses,
    }))
    expect(natChange(a ?? strict, b ?? strict)).toBeNull()
  })
})

describe('a node is asked until it is sure', () => {
  const asked = async (answers: readonly (NatMeasurement | undefined)[], before?: NatMeasurement) => {
    let n = 0
    const last = await measuredAgain(async () => ({ nat: answers[n++] }), before)
    return [last.nat, n]
  }
  test('the same as before: once', async () => expect(await asked([strict], strict)).toEqual([strict, 1]))
  test('another, then the same: a packet was lost', async () =>
    expect(await asked([open, strict], strict)).toEqual([strict, 2]))
  test('another twice: it changed', async () => expect(await asked([open, open], strict)).toEqual([open, 2]))
  test('it does not know, twice', async () =>
    expect(await asked([undefined, undefined, strict], strict)).toEqual([undefined, 2]))
  test('another, then it does not know: once more', async () =>
    expect(await asked([open, undefined, strict], strict)).toEqual([strict, 3]))
  test('nothing was measured before', async () => expect(await asked([undefined, open])).toEqual([open, 2]))
})

test('a NAT that was never measured did not change', () => {
  const input = run()
  const none = judged({ ...input, measurements: { before: [], after: input.measurements.after } })
  expect(none.findings.map((f) => f.kind)).not.toContain('nat-changed')
})
test('what a project asks of a node for itself does not depend on its NAT', () => {
  const { context } = judgeRun(run({ natAfter: { 'saorsa-10': 'full-cone', 'saorsa-6': 'missing' } }))
  expect([...context.unsettledNats.keys()].sort()).toEqual(['saorsa-10', 'saorsa-6'])
  expect([...context.barred.keys()]).toEqual([])
})
