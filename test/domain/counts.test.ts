/** Counts of every suite and group are read, none is dropped, and what is no count is refused. */
import { describe, expect, test } from 'vitest'
import { checkpointInput, judgeCheckpoint } from '../../src/domain/checkpoint.ts'
import { countOf, countsSchema, countsText, groupsOf, type Counts } from '../../src/domain/counts.ts'
import { soakOf } from '../kit/soak.ts'

const count = (successes: number, attempts: number) => ({ attempts, successes, planned: 2, tried: 2, recovered: 0 })
const two: Counts = { connectivity: { relay: count(9, 10), direct: count(40, 40) }, command: { smoke: count(1, 9) } }

describe('counts', () => {
  test('one suite: groups alone', () =>
    expect(countsText({ connectivity: two['connectivity'] ?? {} })).toBe('direct 40/40, relay 9/10'))
  test('several suites: each group with its suite', () =>
    expect(countsText(two)).toBe('command: smoke 1/9, connectivity: direct 40/40, connectivity: relay 9/10'))
  test('nothing was counted', () => expect(countsText({})).toBe(''))
  test('every group is listed', () => expect(groupsOf(two)).toHaveLength(3))
  test('a name of every object is no group', () => expect(countOf(two, 'constructor', 'name')).toBeNull())
  test.each([
    { connectivity: { direct: { ...count(1, 1), successes: 2 } } },
    { connectivity: { direct: { ...count(1, 1), attempts: -1 } } },
    { connectivity: { direct: 7 } },
    { ['x'.repeat(201)]: {} },
    [],
  ])('%j is refused', (value) => expect(countsSchema.safeParse(value).success).toBe(false))
})

test('a soak checkpoint compares the groups of every suite with the first test', () => {
  const { result, reasons } = judgeCheckpoint({
    input: { ...checkpointInput([], soakOf(1)), baseline: { command: { smoke: count(9, 9) } } },
    counts: two,
    evidence: { controls: [], runningBefore: [], runningAfter: [] },
    soak: null,
    peers: [],
    tried: [],
    sampleFloorOf: () => 1,
    retriesUnseenOf: () => 0,
  })
  expect(result.groups.map((g) => g.group)).toEqual(['smoke', 'direct', 'relay'])
  expect(reasons.map((r) => [r.kind, r.text.split(':')[0]])).toEqual([['failed', 'smoke']])
})
