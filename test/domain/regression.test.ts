/** What a checkpoint calls a regression: its error rates by simulation, and the smallest drop that it finds. */
import { describe, expect, test } from 'vitest'
import {
  chanceToShow,
  judgeRegression,
  smallestRegression,
  type RegressionJudged,
} from '../../src/domain/regression.ts'
import { seeded } from '../kit/seeded.ts'

const tries = (successes: number, attempts: number) => ({ successes, attempts })

test.each<[earlier: number | null, now: number, tolerance: number, judged: RegressionJudged]>([
  [null, 30, 0, 'none'],
  [null, 29, 0, 'may be noise'],
  [null, 29, 3.4, 'none'],
  [null, 26, 0, 'may be noise'],
  [null, 25, 0, 'shown'],
  [null, 25, 20, 'none'],
  [29, 30, 0, 'none'],
  [29, 29, 0, 'may be noise'],
  [27, 26, 0, 'may be noise'],
  [26, 26, 0, 'shown'],
  // Of both together no more is lost than allowed, though the second alone lost more.
  [30, 28, 4, 'none'],
])('30/30, then %j and %j of 30 with tolerance %d: %s', (earlier, now, tolerance, judged) =>
  expect(
    judgeRegression({
      first: tries(30, 30),
      earlier: earlier === null ? null : tries(earlier, 30),
      now: tries(now, 30),
      tolerance,
    }),
  ).toBe(judged),
)

/** A checkpoint from its first test on: tested once more where the first time left it open. */
function checkpoint(before: number, after: number, attempts: number, chance: () => number): RegressionJudged {
  const sample = (rate: number) =>
    tries(
      Array.from({ length: attempts }).reduce<number>((n) => n + (chance() < rate ? 1 : 0), 0),
      attempts,
    )
  const first = sample(before)
  const once = sample(after)
  const judged = judgeRegression({ first, earlier: null, now: once, tolerance: 0 })
  return judged === 'may be noise'
    ? judgeRegression({ first, earlier: once, now: sample(after), tolerance: 0 })
    : judged
}

describe('by simulation, 4,000 checkpoints each', () => {
  const shown = (before: number, after: number, attempts: number): number => {
    const chance = seeded(attempts + Math.round(1000 * before))
    return Array.from({ length: 4000 }).reduce<number>(
      (n) => n + (checkpoint(before, after, attempts, chance) === 'shown' ? 1 : 0),
      0,
    )
  }
  test.each([
    [0.5, 10],
    [0.8, 30],
    [0.9, 40],
    [0.99, 40],
    [0.9, 80],
  ])('a program that stays at %d with %i attempts regresses in at most 6 of 100', (rate, attempts) =>
    expect(shown(rate, rate, attempts)).toBeLessThanOrEqual(240),
  )
  test.each([
    [1, 10],
    [1, 30],
    [1, 40],
    [1, 80],
  ])('the smallest drop from %d that is told of %i attempts is found in 80 of 100', (rate, attempts) => {
    const drop = smallestRegression(tries(attempts, attempts), attempts, 0) ?? 0
    expect(shown(rate, rate - drop, attempts) / 4000).toBeCloseTo(0.8, 1)
    expect(chanceToShow(tries(attempts, attempts), attempts, 0, rate - drop + 0.01)).toBeLessThan(0.8)
  })
})

test('what is told of drops that cannot be found is that there are none', () => {
  expect(smallestRegression(tries(3, 3), 1, 0)).toBeNull()
  expect(smallestRegression(tries(0, 10), 10, 0)).toBeNull()
  expect(smallestRegression(tries(10, 10), 0, 0)).toBeNull()
  // Nothing within the tolerance is a regression.
  expect(smallestRegression(tries(40, 40), 40, 50)).toBeGreaterThan(0.5)
})
