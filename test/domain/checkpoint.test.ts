/** What the ledger tells of the tests before, and which test a checkpoint is compared with. */
import { describe, expect, test } from 'vitest'
import { checkpointOf, type BundleFacts } from '../../src/domain/bundle.ts'
import { checkpointInput, points } from '../../src/domain/checkpoint.ts'
import { markOf } from '../../src/domain/continuity.ts'
import { chain, type Entry, type Json } from '../../src/domain/ledger.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { attemptsOf, connectivityPart, goodCounts, proofOf, run, targets } from './fixtures.ts'

const counts = (direct: number): Json => ({
  connectivity: { direct: { attempts: 40, successes: direct, planned: 40, tried: 40, recovered: 0 } },
})
const marks = (pid: number): Json => [{ ...markOf(proofOf('saorsa-7', { pid })) }]
type Step = readonly [from: string, event: string, to: string, facts?: Readonly<Record<string, Json>>]
const entriesOf = (...steps: readonly Step[]): readonly Entry[] =>
  steps.reduce<Entry[]>(
    (all, [from, event, to, facts = {}], i) => [
      ...all,
      chain(all, { session: 's', at: 1000 * i, from, event, to, why: '', facts }),
    ],
    [],
  )

const deployed: Step = ['DEPLOY', 'deployed', 'TEST']
const first: Step = ['TEST', 'passed', 'WAIT_1HR', { counts: counts(40), running: marks(1), dueAt: 3_600_000 }]
const due: Step = ['WAIT_1HR', 'due', 'TEST']
const second: Step = ['TEST', 'passed', 'WAIT_6HR', { counts: counts(39), running: marks(2), dueAt: 9_000_000 }]
const torn: Step = ['TEST', 'inconclusive', 'TEST', { counts: counts(2), running: marks(3) }]
const read = (...steps: readonly Step[]) => {
  const { baseline, since } = checkpointInput(entriesOf(...steps), 0)
  return [baseline?.['connectivity']?.['direct']?.successes, since[0]?.pid]
}

describe('which test is compared with', () => {
  test('the first one that passed for the rates, the newest one for continuity', () =>
    expect(read(deployed, first, due, second, ['WAIT_6HR', 'due', 'TEST'])).toEqual([40, 2]))
  test('one that was inconclusive is neither: a reboot does not become the new beginning by being seen', () => {
    expect(read(deployed, torn, first, due, torn)).toEqual([40, 1])
    expect(read(deployed, torn)).toEqual([undefined, undefined])
  })
  test('after a restart the loop has its own first test', () => {
    const restart: Step[] = [
      ['TEST', 'failed', 'RESTART', { counts: counts(1) }],
      ['RESTART', 'restart', 'SETUP'],
    ]
    expect(read(deployed, first, due, ...restart, deployed)).toEqual([undefined, undefined])
    expect(read(deployed, first, due, ...restart, deployed, second, due)).toEqual([39, 2])
  })
  test('facts that are none prove nothing', () => {
    for (const facts of [
      {},
      { counts: null, running: 7 },
      {
        counts: { connectivity: { direct: { attempts: 1, successes: 2, planned: 1, tried: 1, recovered: 0 } } },
        running: [{}],
      },
      {
        counts: { connectivity: { direct: { attempts: -1, successes: -1, planned: 0, tried: 0, recovered: 0 } } },
        running: {},
      },
    ]) {
      expect(
        checkpointInput(entriesOf(deployed, ['TEST', 'passed', 'WAIT_1HR', facts as Record<string, Json>]), 3),
      ).toEqual({ baseline: null, tolerancePoints: 3, since: [] })
    }
  })
})

describe('whether a test took a checkpoint', () => {
  const of = (checkpoint: BundleFacts['checkpoint'], ...steps: readonly Step[]) =>
    checkpointOf({ facts: { session: 's', checkpoint } as BundleFacts, entries: entriesOf(...steps) })
  test('follows from the chain, with its times', () =>
    expect(of(undefined, deployed, first, due)).toEqual({
      name: 'WAIT_1HR',
      dueAt: 3_600_000,
      takenAt: 2000,
      latenessMs: 2000 - 3_600_000,
    }))
  test('no fact makes a first test one, or keeps a checkpoint from being one', () => {
    expect(of({ name: 'WAIT_1HR', dueAt: 0, takenAt: 0, latenessMs: 0 }, deployed)).toBeNull()
    expect(of(null, deployed, first, due)?.name).toBe('WAIT_1HR')
  })
  test('a bundle from before checkpoints were taken has none', () => expect(of(undefined, deployed)).toBeNull())
})

test('exactly the tolerance is allowed, in any fraction', () => {
  const lose = (n: number, attempts: number, tolerance: number): string => {
    const input = run()
    const direct = { attempts, successes: attempts, planned: 40, tried: 40, recovered: 0 }
    const baseline = { connectivity: { ...goodCounts['connectivity'], direct } }
    const failed = attemptsOf(input)
      .filter((a) => a.boxes[a.pair.to] === undefined)
      .slice(0, n)
      .map((a) => `${a.pair.from}→${a.pair.to}`)
    return verdict(
      run({
        checkpoint: { baseline, tolerance },
        targets: { direct: 1 },
        attempts: Object.fromEntries(failed.map((p) => [p, { path: 'none' as const }])),
      }),
    ).result
  }
  expect([
    lose(1, 40, 2.5),
    lose(1, 40, 2.4),
    lose(2, 40, 5),
    lose(3, 40, 7.5),
    lose(3, 70, 7.5),
    lose(12, 60, 30),
    lose(12, 60, 29.99),
  ]).toEqual(['passed', 'failed', 'passed', 'passed', 'passed', 'passed', 'failed'])
})
test('fewer attempts than the floor are too few for a regression', () => {
  const input = run({ checkpoint: {}, attempts: { 'class:direct': { path: 'none' } } })
  const v = verdict({ ...input, suites: [connectivityPart({ ...targets, sampleFloor: 41 })] })
  expect(v.reasons.map((r) => r.text).filter((t) => t.includes('regression'))).toEqual([])
})
test.each([
  [5, '5'],
  [5.0001, '5.01'],
  [100 / 30, '3.34'],
  [0, '0'],
  [-5, '-5'],
  [0.1 + 0.2, '0.3'],
])('%f points are written %s', (lost, text) => expect(points(lost)).toBe(text))
