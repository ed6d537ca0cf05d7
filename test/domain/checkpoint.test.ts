/** What the ledger tells of the tests before, and which test a checkpoint is compared with. */
import { describe, expect, test } from 'vitest'
import { checkpointOf, type BundleFacts } from '../../src/domain/bundle.ts'
import { checkpointInput } from '../../src/domain/checkpoint.ts'
import { points } from '../../src/domain/group-change.ts'
import { markOf } from '../../src/domain/continuity.ts'
import type { Counts } from '../../src/domain/counts.ts'
import { entryShape } from '../../src/domain/events/check.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { story, type Step } from '../kit/session.ts'
import { soakOf } from '../kit/soak.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { attemptsOf, connectivityPart, goodCounts, proofOf, run, targets } from './fixtures.ts'

const counts = (direct: number): Counts => ({
  connectivity: { direct: { attempts: 40, successes: direct, planned: 40, tried: 40, recovered: 0 } },
})
const marks = (pid: number) => [markOf(proofOf('saorsa-7', { pid }))]
const entriesOf = (...steps: readonly Step[]): readonly Entry[] =>
  story(['begin', ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'] }], 'ready', 'built', 'deployed', ...steps], {
    at: (seq) => 1000 * seq,
  })

const first: Step = ['passed', { counts: counts(40), running: marks(1) }]
const second: Step = ['passed', { counts: counts(39), running: marks(2) }]
const torn: Step = ['inconclusive', { counts: counts(2), running: marks(3) }]
const read = (...steps: readonly Step[]) => {
  const { baseline, since } = checkpointInput(entriesOf(...steps), soakOf())
  return [baseline?.['connectivity']?.['direct']?.successes, since[0]?.pid]
}

describe('which test is compared with', () => {
  test('the first one that passed for the rates, the newest one for continuity', () =>
    expect(read(first, 'due', second, 'due')).toEqual([40, 2]))
  test('one that was inconclusive is neither: a reboot does not become the new beginning by being seen', () => {
    expect(read(torn, first, 'due', torn)).toEqual([40, 1])
    expect(read(torn)).toEqual([undefined, undefined])
  })
  test('after a restart the loop has its own first test', () => {
    const restart: Step[] = [['failed', { counts: counts(1) }], 'restart', 'ready', 'built', 'deployed']
    expect(read(first, 'due', ...restart)).toEqual([undefined, undefined])
    expect(read(first, 'due', ...restart, second, 'due')).toEqual([39, 2])
  })
  test.each([
    {},
    { counts: null, running: 7 },
    { counts: { connectivity: { direct: { attempts: 1, successes: 2, planned: 1, tried: 1, recovered: 0 } } } },
    { counts: { connectivity: { direct: { attempts: -1, successes: -1, planned: 0, tried: 0, recovered: 0 } } } },
    { running: [{}] },
  ])('facts that are none are refused when they are read: %j', (own) => {
    const entry = entriesOf(first).at(-1)
    const facts = Object.keys(own).length === 0 ? {} : { ...entry?.facts, ...own }
    expect(entryShape({ ...entry, facts })).toMatch(/^\.facts\./)
  })
})

describe('a checkpoint that is tested once more', () => {
  const earlier = (...steps: readonly Step[]) =>
    checkpointInput(entriesOf(...steps), soakOf()).earlier?.['connectivity']
  const doubtful: Step = ['inconclusive', { counts: counts(38) }]
  const spoiled: Step = ['inconclusive', { counts: counts(38), invalid: true }]
  test('takes what its first test counted', () =>
    expect(earlier(first, 'due', doubtful)).toEqual(counts(38).connectivity))
  test('not what our own instruments spoiled', () => expect(earlier(first, 'due', spoiled)).toBeUndefined())
  test('not what came before it was due', () => {
    expect(earlier(doubtful, first, 'due')).toBeUndefined()
    expect(earlier(first, 'due', doubtful, ['passed', { counts: counts(40) }], 'due')).toBeUndefined()
  })
})

describe('whether a test took a checkpoint', () => {
  const of = (checkpoint: BundleFacts['checkpoint'], ...steps: readonly Step[]) =>
    checkpointOf({ facts: { session: 's', checkpoint } as BundleFacts, entries: entriesOf(...steps) })
  test('follows from the chain, with its times', () =>
    expect(of(undefined, first, 'due')).toEqual({
      name: 'WAIT_1HR',
      dueAt: 5000 + 3_600_000,
      takenAt: 6000,
      latenessMs: 1000 - 3_600_000,
    }))
  test('no fact makes a first test one, or keeps a checkpoint from being one', () => {
    expect(of({ name: 'WAIT_1HR', dueAt: 0, takenAt: 0, latenessMs: 0 })).toBeNull()
    expect(of(null, first, 'due')?.name).toBe('WAIT_1HR')
  })
  test('a bundle from before checkpoints were taken has none', () => expect(of(undefined)).toBeNull())
})

test('exactly the tolerance is allowed, in any fraction', () => {
  const lose = (n: number, attempts: number, tolerance: number): string => {
    const input = run()
    const direct = { attempts, successes: attempts, planned: 40, tried: 40, recovered: 0 }
    const baseline = { connectivity: { ...goodCounts['connectivity'], direct } }
    const failed = attemptsOf(input)
      .filter((a) => a.readings[a.pair.to]?.box === null)
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
  ]).toEqual(['passed', 'inconclusive', 'passed', 'passed', 'passed', 'passed', 'failed'])
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
