/** The headline of what passed says on which grade it rests. */
import { expect, test } from 'vitest'
import { judged, promised, run } from './fixtures.ts'

test('the lowest grade among the successes', () => {
  const remarks = (promises = promised) => judged(run({ promises })).remarks
  expect(remarks()).toEqual(['rests on grade A: the payload itself, found with the receiver'])
  expect(remarks({ ...promised, kept: false })).toEqual([
    "rests on grade B: the receiver's record of an unpredictable payload",
  ])
  expect(remarks({ record: true, payload: 'derived', kept: false })).toEqual([
    'rests on grade C: volume in packet counters',
  ])
})
test('what did not pass rests on nothing', () =>
  expect(judged(run({ attempts: { 'class:relay': { path: 'none' } } })).remarks).toEqual([]))
