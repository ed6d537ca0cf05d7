/**
 * Whether a checkpoint lost more than it may: the tolerance says how much, Fisher's exact test whether chance alone
 * would explain it (docs/decisions/0022).
 */
import type { Counts } from './counts.ts'
import { countOf } from './counts.ts'
import { chanceOfDrop, type Tries } from './difference.ts'
import { power } from './smallest-drop.ts'
import { chances, cumulative } from './binomial.ts'

/** A drop that chance explains as often as this, or more often, may be noise. */
export const noiseLevel = 0.05

export type RegressionJudged = 'none' | 'shown' | 'may be noise'

interface CheckpointSamples {
  /** Of the first test that passed. */
  readonly first: Tries
  /** Of this checkpoint's test before, whose drop may have been noise; null: this is the first. */
  readonly earlier: Tries | null
  readonly now: Tries
  /** Points of a hundred. */
  readonly tolerance: number
}

/** Both tests of the checkpoint as one, where there are two. */
export const bothTests = ({ earlier, now }: Pick<CheckpointSamples, 'earlier' | 'now'>): Tries => ({
  attempts: now.attempts + (earlier?.attempts ?? 0),
  successes: now.successes + (earlier?.successes ?? 0),
})

/**
 * Nothing is lost that the tolerance allows. What it does not allow is shown where chance is unlikely; where it is
 * likely, a repetition that loses nothing takes the doubt away, and one that loses again leaves it.
 */
export function judgeRegression(of: CheckpointSamples): RegressionJudged {
  const { first, earlier, now, tolerance } = of
  const all = bothTests(of)
  if (!isBeyond(pointsLost(first, all), tolerance)) return 'none'
  if (chanceOfDrop(all, first) < noiseLevel) return 'shown'
  return earlier !== null && !isBeyond(pointsLost(first, now), tolerance) ? 'none' : 'may be noise'
}

/** Points of a hundred, negative when it won; null: nothing was counted in one of the two. */
export const pointsLost = (first: Tries, now: Tries): number | null =>
  first.attempts > 0 && now.attempts > 0
    ? (100 * (first.successes * now.attempts - now.successes * first.attempts)) / (first.attempts * now.attempts)
    : null

/** Exactly the tolerance is allowed, in any fraction. */
export const isBeyond = (lost: number | null, tolerance: number): boolean => lost !== null && lost > tolerance + 1e-9

/**
 * The smallest drop from the first test's rate, 0..1, that a checkpoint with as many attempts would show with 80 %
 * power, its repetition included; null: not even a drop to nothing.
 */
export function smallestRegression(first: Tries, attempts: number, tolerance: number): number | null {
  if (first.attempts === 0 || first.successes === 0 || attempts === 0) return null
  const rate = first.successes / first.attempts
  const found = (drop: number): number => chanceToShow(first, attempts, tolerance, rate - drop)
  if (found(rate) < power) return null
  let [low, high] = [0, rate]
  for (let i = 0; i < 16; i++) {
    const middle = (low + high) / 2
    if (found(middle) >= power) high = middle
    else low = middle
  }
  return high
}

/** How often a checkpoint of a program with this rate calls it a regression: at once, or after its repetition. */
export function chanceToShow(first: Tries, attempts: number, tolerance: number, rate: number): number {
  const [one, two] = [mostShown(first, attempts, tolerance), mostShown(first, 2 * attempts, tolerance)]
  const [exactly, upTo] = [chances(attempts, rate), cumulative(attempts, rate)]
  return exactly.reduce((sum, chance, successes) => {
    if (successes <= one) return sum + chance
    if (!isBeyond(pointsLost(first, { successes, attempts }), tolerance)) return sum
    return sum + chance * (upTo[Math.min(attempts, two - successes)] ?? 0)
  }, 0)
}

/** The most successes that still show a regression; -1: none does. Fewer never show less. */
function mostShown(first: Tries, attempts: number, tolerance: number): number {
  let [low, high] = [-1, attempts]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const now = { successes: middle, attempts }
    if (judgeRegression({ first, earlier: null, now, tolerance }) === 'shown') low = middle
    else high = middle - 1
  }
  return low
}

/** Of one group in counts of a suite; null: it has none. */
export const triesOf = (counts: Counts | null, suite: string, group: string): Tries | null =>
  counts === null ? null : countOf(counts, suite, group)
