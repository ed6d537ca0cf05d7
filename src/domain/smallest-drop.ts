/** Which drop of a rate would have been found, so that nobody takes "no difference" for "the same". */
import { chances, cumulative } from './binomial.ts'
import { independentDifference } from './difference.ts'

/** How often a drop of the size that is named would have been found. */
export const power = 0.8

/**
 * The smallest drop from `rate`, 0..1, that as many attempts before and after would have shown with 80 % power; null
 * where even a drop to nothing would not. Counted out, for attempts that do not depend on each other: pairs make it
 * smaller.
 */
export function smallestDrop(rate: number, attempts: number, z: number): number | null {
  if (attempts === 0 || rate === 0) return null
  const most = mostThatIsWorse(attempts, z)
  const before = chances(attempts, rate)
  const found = (drop: number): number => {
    const now = cumulative(attempts, Math.max(0, rate - drop))
    return before.reduce((sum, p, x) => sum + p * (now[most[x] ?? -1] ?? 0), 0)
  }
  if (found(rate) < power) return null
  let [low, high] = [0, rate]
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2
    if (found(middle) >= power) high = middle
    else low = middle
  }
  return high
}

/** For each number of successes before, the most successes now that are shown to be worse; -1: none is. */
function mostThatIsWorse(attempts: number, z: number): readonly number[] {
  const most: number[] = []
  let now = -1
  // More successes before never need fewer now.
  for (let before = 0; before <= attempts; before++) {
    while (now < attempts && isWorse(now + 1, before, attempts, z)) now++
    most.push(now)
  }
  return most
}

const isWorse = (now: number, before: number, attempts: number, z: number): boolean =>
  independentDifference({ successes: now, attempts }, { successes: before, attempts }, z).high < 0
