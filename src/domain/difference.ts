/**
 * Two rates and their difference: Newcombe's score intervals, independent and paired, and Fisher's exact test
 * (docs/verdict.md).
 */
import jstat from 'jstat'
import { wilson, type Interval } from './statistics.ts'

const { normal, hypgeom } = jstat.jStat

export interface Tries {
  readonly successes: number
  readonly attempts: number
}

/** Pairs of two tries of one thing, by what came of the later and of the earlier. */
export interface PairedTries {
  readonly both: number
  readonly onlyNow: number
  readonly onlyBefore: number
  readonly neither: number
}

/** The two-sided standard normal quantile of a confidence level: 1.96 of 0.95. */
export const quantileOf = (level: number): number => normal.inv((1 + level) / 2, 0, 1)

/**
 * Now minus before, of two independent rates: Newcombe 1998 (Statistics in Medicine 17, 873–890), method 10, without
 * continuity correction. Ends in -1..1.
 */
export const independentDifference = (now: Tries, before: Tries, z: number): Interval => joined(now, before, 0, z)

/**
 * Now minus before, of pairs: Newcombe 1998 (Statistics in Medicine 17, 2635–2650), method 10. Things that fail in both
 * make it narrower than the independent one.
 */
export function pairedDifference(pairs: PairedTries, z: number): Interval {
  const { both, onlyNow, onlyBefore, neither } = pairs
  const attempts = both + onlyNow + onlyBefore + neither
  return joined(
    { successes: both + onlyNow, attempts },
    { successes: both + onlyBefore, attempts },
    correlation(pairs),
    z,
  )
}

function joined(now: Tries, before: Tries, phi: number, z: number): Interval {
  if (now.attempts === 0 || before.attempts === 0) return { low: -1, high: 1 }
  const [a, b] = [now.successes / now.attempts, before.successes / before.attempts]
  const [of, against] = [wilson(now.successes, now.attempts, z), wilson(before.successes, before.attempts, z)]
  const reach = (x: number, y: number): number => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y))
  return {
    low: Math.max(-1, a - b - reach(a - of.low, against.high - b)),
    high: Math.min(1, a - b + reach(of.high - a, b - against.low)),
  }
}

/** The correlation of the table, towards nothing where it is positive, as Newcombe's method 10 has it. */
function correlation({ both, onlyNow, onlyBefore, neither }: PairedTries): number {
  const sides = (both + onlyNow) * (onlyBefore + neither) * (both + onlyBefore) * (onlyNow + neither)
  if (sides === 0) return 0
  const cross = both * neither - onlyNow * onlyBefore
  const half = (both + onlyNow + onlyBefore + neither) / 2
  return (cross > half ? cross - half : Math.min(cross, 0)) / Math.sqrt(sides)
}

/**
 * How likely a rate as low as this one is, or lower, if it were the same as before: Fisher's exact test, one-sided.
 * Exact for few attempts, and rather too high than too low. 1: nothing speaks against chance.
 */
export function chanceOfDrop(now: Tries, before: Tries): number {
  if (now.attempts === 0 || before.attempts === 0) return 1
  const [all, marked] = [now.attempts + before.attempts, now.successes + before.successes]
  return Math.min(1, hypgeom.cdf(now.successes, all, marked, now.attempts))
}
