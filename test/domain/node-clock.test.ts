// Nodes are the clock: waits and tests last as long as their uptime grew, whatever anybody's wall clock says.
import { describe, expect, test } from 'vitest'
import type { NodeClock } from '../../src/domain/evidence.ts'
import { checkpointInput } from '../../src/domain/checkpoint.ts'
import { markOf, sameStart } from '../../src/domain/continuity.ts'
import { judgeWait, nodeJumps, ownJumps, parseClock, type TestClock } from '../../src/domain/node-clock.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { story, type Step } from '../kit/session.ts'
import { soakOf } from '../kit/soak.ts'
import { proofOf, run } from './fixtures.ts'

const hour = 3_600_000
const at = (seconds: number, wallAhead = 0) => ({
  wallMs: 1_700_000_000_000 + (seconds + wallAhead) * 1000,
  uptimeMs: 5_000_000 + seconds * 1000,
})
const names = ['a', 'b', 'c', 'd']
const seen = (...seconds: readonly number[]) => seconds.map((s, i) => proofOf(names[i] ?? 'x', { clock: at(s) }))
const began = seen(0, 0, 0, 0)
const jumpsIn = (looks: readonly NodeClock[]) => {
  const jumps = nodeJumps('a')
  looks.forEach(jumps.add)
  return jumps.end()
}

describe('a wait', () => {
  test.each([
    ['all lived through it', [3600, 3601, 3605, 3600], 0, 0],
    ['half of them did, two were replaced', [3600, 3600, 10, 10], 0, 1],
    ['seven hours in 44 seconds', [44, 44, 44, 44], 1, 1],
    ['one that did is too few', [3600, 40, 40, 40], 1, 1],
    ['a clock two minutes off in an hour', [3500, 3500, 3500, 3500], 0, 0],
    ['nodes say that far more went by', [30_000, 30_000, 30_000, 30_000], 0, 1],
  ])('of an hour: %s', (_, seconds, reasons, findings) => {
    const judged = judgeWait(hour, began, seen(...seconds))
    expect([judged.reasons.length, judged.findings.length]).toEqual([reasons, findings])
  })
  test('after a reboot an uptime says nothing; with no other nothing tells', () => {
    const rebooted = seen(3600, 3600).map((p) => ({ ...p, bootId: 'other' }))
    expect(judgeWait(hour, began, [...rebooted, ...seen(0, 0, 3600, 3600).slice(2)]).reasons).toEqual([])
    expect(judgeWait(hour, began, rebooted).reasons.map((r) => r.kind)).toEqual(['inconclusive'])
    expect(
      judgeWait(
        hour,
        began,
        seen(3600).map((p) => ({ ...p, clock: null })),
      ).reasons,
    ).toHaveLength(1)
  })
  test('what the ledger says went by, without what a declared shift made of it', () => {
    const passed: Step = ['passed', { running: began.map(markOf) }]
    const soak: Step = ['confirmed', { soak: ['WAIT_1HR'] }]
    const whole = ['begin', soak, 'ready', 'built', 'deployed', 'begun', passed, 'due', 'begun'] as const
    const times = { at: (seq: number) => (seq < 7 ? 0 : hour) }
    const entries = story(whole, times)
    expect(checkpointInput(entries, soakOf()).waitedMs).toBe(hour)
    const shifted = entries.map((e) => (e.seq < 7 ? e : { ...e, facts: { ...e.facts, clockShift: 3600 } }))
    expect(checkpointInput(shifted as readonly Entry[], soakOf()).waitedMs).toBe(0)
    // A claim that another run took over counts from then on.
    const later = story([...whole, 'claimed', 'begun'], { at: (seq) => (seq < 7 ? 0 : seq * hour) })
    expect(checkpointInput(later, soakOf()).waitedMs).toBe(9 * hour)
  })
  test('a soak that the nodes did not live through is inconclusive', () => {
    const soaked = run({ checkpoint: {} })
    const judged = (waitedMs: number) =>
      verdict({ ...soaked, ...(soaked.checkpoint ? { checkpoint: { ...soaked.checkpoint, waitedMs } } : {}) })
    expect(judged(0).result).toBe('passed')
    expect(judged(hour).result).toBe('inconclusive')
    expect(judged(hour).reasons[0]?.text).toBe(
      "the ledger's times say 1 h 00 min since the last test that passed, the uptime of the nodes says 0 s",
    )
  })
})

describe('inside a test', () => {
  test.each([
    ['nothing', [at(0), at(10), at(30)], null],
    ['a second of slewing', [at(0), at(10, 1), at(30, 1)], null],
    ['an hour ahead and back', [at(0), at(10, 3600), at(30)], '+1 h 00 min'],
    ['two hours back', [at(0), at(10), at(30, -7200)], '−2 h 00 min'],
  ])("a node's wall clock moved by: %s", (_, looks, by) => {
    expect(jumpsIn(looks).map((f) => f.message)).toEqual(
      by === null ? [] : [`a: its wall clock moved by ${by} against its uptime during the test`],
    )
  })

  const moment = (seconds: number, ahead = 0) => ({ wallMs: (seconds + ahead) * 1000, monotonicMs: seconds * 1000 })
  const clock: TestClock = { began: moment(0), looked: moment(3), looking: moment(33), ended: moment(60) }
  test('an uptime that goes back in one boot, also with the wall clock beside it', () => {
    for (const looks of [
      [at(0), at(60), at(30), at(70)],
      [at(0), { ...at(60), uptimeMs: at(-60).uptimeMs }],
    ])
      expect(jumpsIn(looks)).toMatchObject([{ kind: 'clock-jump', message: expect.stringContaining('went back') }])
    expect(jumpsIn([at(0), at(0), at(1)])).toEqual([])
  })
  test("the orchestrator's own wall clock", () => {
    expect(ownJumps(clock, began, seen(31, 31, 32, 40))).toEqual([])
    expect(ownJumps({ ...clock, ended: moment(60, 3600) }, began, seen(31, 31, 32, 40))).toHaveLength(1)
    expect(ownJumps({ ...clock, looking: moment(33, -7200) }, [], [])).toHaveLength(1)
  })
  test('and both of its clocks, where most nodes say otherwise', () => {
    const faked: TestClock = { began: moment(0), looked: moment(3), looking: moment(7200), ended: moment(7300) }
    expect(ownJumps(faked, began, seen(31, 31, 32, 40))).toHaveLength(1)
    expect(ownJumps(faked, began, seen(7198, 7198, 32, 7199))).toEqual([])
    expect(ownJumps(clock, began, seen(9000, 9000, 9000, 31))).toHaveLength(1)
  })
  test('a jump is a finding of the verdict', () => {
    const input = run({
      after: { 'saorsa-7': { clock: at(0, 3600), startedAt: 1_699_999_000_000 + hour } },
      before: { 'saorsa-7': { clock: at(0) } },
    })
    expect(verdict(input).findings.map((f) => f.kind)).toEqual(['clock-jump'])
  })
  test("a jump of the orchestrator's clock is a finding of the verdict", () => {
    const found = verdict({ ...run(), clock: { ...clock, ended: moment(60, 3600) } }).findings
    expect(found.map((f) => f.kind)).toContain('clock-jump')
    expect(found[0]?.message).toContain("the orchestrator's wall clock moved")
    expect(verdict({ ...run(), clock: { ...clock, looked: moment(0), looking: moment(0) } }).findings).toEqual([])
  })
})

test('one process stays one process when the wall clock of its node is set', () => {
  const before = markOf(proofOf('a', { startedAt: 1000, clock: at(0) }))
  expect(sameStart(before, markOf(proofOf('a', { startedAt: 3_601_000, clock: at(30, 3600) })))).toBe(true)
  expect(sameStart(before, markOf(proofOf('a', { startedAt: 31_000, clock: at(30) })))).toBe(false)
  expect(sameStart(before, markOf(proofOf('a', { startedAt: 3_601_000, clock: null })))).toBe(false)
})

test.each([
  ['1700000000123 4567.89', { wallMs: 1_700_000_000_123, uptimeMs: 4_567_890 }],
  ['1700000000%3N 4567.89', null],
  ['1700000000123 ', null],
  ['-1 -1', null],
  ['', null],
])('%j as clocks of a node', (text, clock) => expect(parseClock(text)).toEqual(clock))
