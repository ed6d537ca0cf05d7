/** Which pairs a checkpoint tries again, in which order, and what a retry may change. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plannedPairs } from '../../../../src/domain/suites/connectivity/coverage.ts'
import type { Pair } from '../../../../src/domain/evidence.ts'
import { pairsToRetry, retryRounds } from '../../../../src/domain/suites/connectivity/retry.ts'
import { pairKey, peersKey } from '../../../../src/domain/suites/connectivity/timetable.ts'
import type { VerdictInput } from '../../../../src/domain/verdict-input.ts'
import { attemptsOf, judged, measurements, peers, run, withAttempts, type Tried } from '../../fixtures.ts'

const planned = plannedPairs(peers, measurements)
const names = peers.map((n) => n.name)
const relays = ['saorsa-2', 'saorsa-3']
const rounds = (again: readonly Pair[], before = attemptsOf(run())) =>
  retryRounds(again, planned, names, relays, before)

test('pairs that failed, each once; what could not be counted says nothing to try again', () => {
  const v = judged(
    run({
      attempts: {
        'saorsa-6→saorsa-10': { path: 'none' },
        'saorsa-7→saorsa-2': { path: 'none' },
        'saorsa-8→saorsa-9': { fault: 'infra' },
        'saorsa-2→saorsa-3': { counters: 'null' },
      },
    }),
  )
  expect(pairsToRetry(v.samples).map(pairKey).sort()).toEqual(['saorsa-6→saorsa-10', 'saorsa-7→saorsa-2'])
  expect(pairsToRetry(judged(run()).samples)).toEqual([])
})

describe('rounds', () => {
  test("every pair exactly once, no node twice in a round, no relay in a relay pair's round", () => {
    fc.assert(
      fc.property(fc.subarray(planned.map((p) => p.pair)), (again) => {
        const made = rounds(again)
        expect(made.flat().map(pairKey).sort()).toEqual(again.map(pairKey).sort())
        for (const round of made) {
          const ends = round.flatMap((p) => [p.from, p.to])
          expect(new Set(ends).size).toBe(ends.length)
          const relayed = round.some(
            (p) => planned.find((x) => pairKey(x.pair) === pairKey(p))?.oracle.expected === 'relayed',
          )
          if (relayed) expect(ends.filter((n) => relays.includes(n))).toEqual([])
        }
      }),
      { numRuns: 50 },
    )
  })
  test('who met longest ago comes first', () => {
    // As if the timetable had been run backwards.
    const before = attemptsOf(run()).map((a) => ({ ...a, endedAt: -a.endedAt }))
    const end = (p: Pair): number =>
      Math.max(...before.filter((a) => peersKey(a.pair) === peersKey(p)).map((a) => a.endedAt))
    const ends = rounds(
      [
        { from: 'saorsa-2', to: 'saorsa-3' },
        { from: 'saorsa-2', to: 'saorsa-7' },
        { from: 'saorsa-2', to: 'saorsa-8' },
        { from: 'saorsa-2', to: 'saorsa-9' },
      ],
      before,
    ).map((r) => Math.max(...r.map(end)))
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    expect(new Set(ends).size).toBeGreaterThan(1)
  })
})

describe('what a retry may change', () => {
  const failing = {
    checkpoint: {},
    attempts: { 'saorsa-7→saorsa-2': { path: 'none' } },
    retries: { 'saorsa-7→saorsa-2': {} },
  } as const
  const edit = (input: VerdictInput, change: (a: Tried) => object): VerdictInput =>
    withAttempts(
      input,
      attemptsOf(input).map((a) => (a.retry === true ? { ...a, ...change(a) } : a)),
    )
  test('a success from before the failure recovers nothing', () => {
    expect(judged(run(failing)).result).toBe('passed')
    expect(judged(edit(run(failing), (a) => ({ startedAt: a.startedAt - 3_600_000 }))).classes.direct).toMatchObject({
      successes: 39,
      recovered: 0,
    })
  })
  test('of two retries both must deliver', () => {
    const [good, bad] = [run(failing), run({ ...failing, retries: { 'saorsa-7→saorsa-2': { path: 'none' } } })]
    const other = attemptsOf(bad)
      .filter((a) => a.retry)
      .map((a) => ({ ...a, id: 'other', nonce: 'other' }))
    expect(judged(withAttempts(good, [...attemptsOf(good), ...other])).classes.direct).toMatchObject({
      successes: 39,
      recovered: 0,
    })
  })
  test('one that a step of ours broke says nothing beside one that delivered', () => {
    const input = run(failing)
    const broken = attemptsOf(input)
      .filter((a) => a.retry)
      .map((a) => ({ ...a, id: 'other', nonce: 'other', fault: { kind: 'infra' as const, message: '' } }))
    expect(judged(withAttempts(input, [...attemptsOf(input), ...broken]))).toMatchObject({
      result: 'passed',
      classes: { direct: { recovered: 1 } },
    })
  })
  test('what was never counted is not recovered', () => {
    const v = judged(run({ ...failing, attempts: { 'saorsa-7→saorsa-2': { fault: 'infra' } } }))
    expect(v.samples.filter((j) => j.recovered)).toEqual([])
    expect(v.classes.direct).toMatchObject({ attempts: 39, successes: 39, notCounted: 1 })
  })
  test('a retry is in no figure of the test but the shortest pause', () => {
    const [with_, without] = [judged(run(failing)), judged(run({ ...failing, retries: {} }))]
    expect(with_.samples).toHaveLength(80)
    expect([with_.nodes, with_.timeToConnect, with_.families, with_.relayUpgrades]).toEqual([
      without.nodes,
      without.timeToConnect,
      without.families,
      without.relayUpgrades,
    ])
    expect(with_.classes.direct).toMatchObject({
      attempts: 40,
      successes: 40,
      recovered: 1,
      rate: 1,
      met: true,
      grades: without.classes.direct?.grades,
    })
    expect(with_.retries.map((j) => [pairKey(j.subject.pair), j.outcome])).toEqual([['saorsa-7→saorsa-2', 'success']])
  })
  test('everything failed, everything was delivered when tried again: what still fails decides, and nothing does', () => {
    const retries = Object.fromEntries(planned.map((p) => [pairKey(p.pair), {}]))
    expect(judged(run({ checkpoint: {}, attempts: { '*': { path: 'none' } }, retries }))).toMatchObject({
      result: 'passed',
      reasons: [],
    })
  })
  test('only the word true is the mark', () => {
    const v = judged(edit(run({ ...failing, checkpoint: {} }), () => ({ retry: 'yes' as unknown as true })))
    expect(v.classes.direct).toMatchObject({ attempts: 41, successes: 40, recovered: 0 })
  })
})
