/** The few statistics that a verdict needs: Wilson's interval for a rate, and order statistics for durations. */

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Standard normal quantile of a two-sided 95 % interval. */
const z95 = 1.959963984540054

/**
 * Wilson score interval of successes / attempts, both ends in 0..1 (Wilson 1927, without continuity correction).
 * Nothing tried: [0, 1].
 */
export function wilson(successes: number, attempts: number, z = z95): Interval {
  if (attempts === 0) return { low: 0, high: 1 }
  const p = successes / attempts
  const scale = 1 + (z * z) / attempts
  const centre = (p + (z * z) / (2 * attempts)) / scale
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / attempts + (z * z) / (4 * attempts * attempts))
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === attempts ? 1 : Math.min(1, centre + half),
  }
}

/**
 * Attempts without one failure that bring the interval's lower bound to `target` (0..1); undefined for 1, which no
 * number reaches.
 */
export const attemptsForLowerBound = (target: number, z = z95): number | undefined =>
  target >= 1 ? undefined : Math.ceil((z * z * target) / (1 - target) - 1e-9)

/**
 * Nearest-rank quantile: the smallest value that at least the share `q` (0..1) of all values does not exceed. Null when
 * there is none.
 */
export function quantile(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] ?? null
}

export interface Spread {
  readonly count: number
  readonly p50: number | null
  readonly p95: number | null
  readonly max: number | null
}

export const spread = (values: readonly number[]): Spread => ({
  count: values.length,
  p50: quantile(values, 0.5),
  p95: quantile(values, 0.95),
  max: quantile(values, 1),
})

/** 0..1 as per cent, never rounded up to 100. */
export const percent = (share: number): string =>
  (share < 1 ? Math.min(99.9, Math.round(share * 1000) / 10) : 100).toString()
