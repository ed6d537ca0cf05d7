/** What a job without rights hands over to be recorded: only its own session of a lab, of this run's commit, at rest. */
import { describe, expect, test } from 'vitest'
import { toLines } from '../../src/domain/bundle.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { handedFaults, readHanded } from '../../src/domain/handed-ledger.ts'
import { originOf } from '../../src/domain/events/readers.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { runWriter, story } from '../kit/session.ts'

const fleet = labFleet(['registry', 'a', 'b'], 'lab')
const plan = planOf({ fleet })
const { lab: _, ...real } = fleet
const tested = (end: 'passed' | 'failed', setting: Parameters<typeof story>[1] = {}): readonly Entry[] =>
  story(['begin', 'confirmed', 'ready', 'built', 'deployed', 'begun', end], {
    plan,
    session: 's',
    by: runWriter('7'),
    ...setting,
  })
const whole = tested('passed')
const origin = originOf(whole) ?? expect.fail('no origin')
const of = { session: 's', run: '7', repository: 'o/r', origin }

describe('lines', () => {
  test('are read as the entries that they were', () => expect(readHanded(toLines(whole))).toEqual(whole))
  test.each([
    ['nothing', '', '0 entries'],
    ['no JSON', '{\n', 'no lines of JSON'],
    ['a torn line', toLines(whole).trimEnd(), 'torn'],
    ['no entry', '{}\n', 'entry 0'],
    ['too many', '{}\n'.repeat(1001), '1001 entries'],
  ])('%s is refused', (_, lines, says) => expect(readHanded(lines)).toContain(says))
})

describe('entries', () => {
  test('of this run, of a lab, at rest, are recorded, also that it failed', () => {
    expect(handedFaults(whole, of)).toEqual([])
    const failed = story(['no-fix-command'], { plan, session: 's', by: runWriter('7') }, tested('failed'))
    expect(failed.at(-1)?.to).toBe('AWAIT_PUSH')
    expect(handedFaults(failed, of)).toEqual([])
  })
  test.each([
    ['another session', tested('passed', { session: 'other' }), 'belongs to session other'],
    ['another run', tested('passed', { by: runWriter('8') }), 'entry 0 was not written by run 7'],
    ['another repository', tested('passed', { by: runWriter('7', 'o/x') }), 'entry 0 was not written by run 7'],
    ['a machine', tested('passed', { by: { kind: 'process', host: 'h', pid: 1 } }), 'entry 0 was not written'],
    ['a real fleet', tested('passed', { plan: planOf({ fleet: real }) }), 'its fleet is no lab'],
    ['a session that goes on', whole.slice(0, -1), 'its last state is TEST'],
    ['a chain that was cut', whole.slice(1), 'entry 1 has seq 2'],
  ])('of %s are refused', (_, entries, says) => {
    expect(handedFaults(entries, of).join('; ')).toContain(says)
  })
  test.each(['repository', 'branch', 'commit', 'event'] as const)('of another %s are refused', (key) => {
    expect(handedFaults(whole, { ...of, origin: { ...origin, [key]: 'another' } })).toEqual([
      `its ${key} is not that of this run`,
    ])
  })
})
