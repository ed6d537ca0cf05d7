/** What our prober says of a network beside a suite, and whom each node asks. */
import { describe, expect, test } from 'vitest'
import { thereIs } from '../../src/domain/evidence.ts'
import { networkPartners } from '../../src/domain/suites/gossip/network.ts'
import { answeredIn } from '../../src/instruments/network-watch.ts'
import { nineNodes } from '../domain/fixtures.ts'

const line = (fields: object): string => JSON.stringify({ event: 'watched', to: '198.18.0.2:21000', ...fields })
const said = (stdout: string) => answeredIn(thereIs({ code: 0, stdout, stderr: '' }), '198.18.0.2:21000')

describe('what the prober says', () => {
  test('is read where it is whole', () =>
    expect(said(`{"event":"ready"}\n${line({ sent: 90, lost: 12, gaps: [[2000, 4400]] })}\n`)).toEqual(
      thereIs({ sent: 90, lost: 12, gaps: [{ fromMs: 2000, toMs: 4400 }] }),
    ))
  test.each([
    ['nothing', '', 'exit 0'],
    ['another reflector', line({ to: '198.18.0.9:21000', sent: 1, lost: 0, gaps: [] }), '{"event":"watched"'],
    ['half a gap', line({ sent: 90, lost: 12, gaps: [[2000]] }), '{"event":"watched"'],
    ['no gaps', line({ sent: 90, lost: 12 }), '{"event":"watched"'],
    ['a count that is none', line({ sent: -0.5, lost: 12, gaps: [] }), '{"event":"watched"'],
  ])('%s is not read', (_what, stdout, why) =>
    expect(said(stdout)).toMatchObject({ kind: 'not-read', why: expect.stringContaining(why) as string }),
  )
  test('a connection that was lost is not read', () =>
    expect(answeredIn({ kind: 'not-read', why: 'connection lost' }, '')).toEqual({
      kind: 'not-read',
      why: 'connection lost',
    }))
})

describe('whom a node asks', () => {
  const registry = {
    ...nineNodes.nodes[0],
    name: 'saorsa-1',
    role: 'registry',
    nat: 'none',
  } as (typeof nineNodes.nodes)[0]
  const fleet = { ...nineNodes, nodes: [registry, ...nineNodes.nodes.filter((n) => n.name !== 'saorsa-1')] }
  const names = fleet.nodes.map((n) => n.name)
  const hubs = fleet.nodes.filter((n) => n.role === 'bootstrap').map((n) => n.name)
  test('every hub but itself', () => {
    const partners = networkPartners(fleet, names)
    expect(hubs.length).toBeGreaterThan(1)
    expect(partners.get('saorsa-5')).toEqual(hubs)
    expect(partners.get(hubs[0] ?? '')).toEqual(hubs.slice(1))
    expect(partners.has('saorsa-1')).toBe(false)
  })
  test("the only hub asks the registry's host", () => {
    const partners = networkPartners(fleet, ['saorsa-1', hubs[0] ?? '', 'saorsa-5'])
    expect([...partners]).toEqual([
      [hubs[0], ['saorsa-1']],
      ['saorsa-5', [hubs[0]]],
    ])
  })
  test('nobody, where there is nobody', () => expect([...networkPartners(fleet, ['saorsa-5', 'saorsa-7'])]).toEqual([]))
})
