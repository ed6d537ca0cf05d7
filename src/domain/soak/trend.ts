/**
 * How fast a figure grows, whatever single readings say: the Theil–Sen slope with Sen's interval (1968), widened where
 * readings follow each other (Hamed and Rao 1998).
 */
import { quantileOf } from '../difference.ts'

export interface Point {
  readonly hours: number
  readonly value: number
}

/** Per hour; `low` and `high` hold the slope with 95 %. */
export interface Trend {
  readonly readings: number
  readonly first: number
  readonly last: number
  readonly hours: number
  readonly perHour: number
  readonly low: number
  readonly high: number
}

/** With fewer, the interval has no ends. */
export const fewestReadings = 8
/** More say no more, and pairs grow with the square. */
const mostReadings = 400

/** Null: too few readings, or all of one moment. In the order of their times. */
export function trendOf(all: readonly Point[]): Trend | null {
  const points = thinned(all)
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || points.length < fewestReadings) return null
  const slopes = slopesOf(points)
  if (slopes.length === 0) return null
  const perHour = medianOf(slopes)
  const half = quantileOf(0.95) * Math.sqrt(varianceOf(points, perHour))
  const at = (rank: number): number => slopes[Math.min(slopes.length - 1, Math.max(0, rank))] ?? perHour
  return {
    readings: all.length,
    first: first.value,
    last: last.value,
    hours: last.hours - first.hours,
    perHour,
    low: at(Math.floor((slopes.length - half) / 2) - 1),
    high: at(Math.ceil((slopes.length + half) / 2)),
  }
}

/** Evenly, the first and the last one kept. */
function thinned(all: readonly Point[]): readonly Point[] {
  if (all.length <= mostReadings) return all
  const step = (all.length - 1) / (mostReadings - 1)
  return Array.from({ length: mostReadings }, (_, i) => all[Math.round(i * step)]).filter((p) => p !== undefined)
}

/** Of every two, the smallest first. */
function slopesOf(points: readonly Point[]): Float64Array {
  const slopes: number[] = []
  for (const [i, a] of points.entries())
    for (const b of points.slice(i + 1)) if (b.hours > a.hours) slopes.push((b.value - a.value) / (b.hours - a.hours))
  return Float64Array.from(slopes).toSorted()
}

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** Of Kendall's score, times what readings that follow each other make of it; never less than of independent ones. */
function varianceOf(points: readonly Point[], perHour: number): number {
  const n = points.length
  const independent = (n * (n - 1) * (2 * n + 5)) / 18
  const ranks = ranksOf(points.map((p) => p.value - perHour * p.hours))
  const mean = (n + 1) / 2
  const centred = ranks.map((r) => r - mean)
  const total = centred.reduce((sum, r) => sum + r * r, 0)
  if (total === 0) return independent
  const significant = quantileOf(0.95) / Math.sqrt(n)
  let extra = 0
  for (let lag = 1; lag < n - 2; lag++) {
    let product = 0
    for (let i = 0; i + lag < n; i++) product += (centred[i] ?? 0) * (centred[i + lag] ?? 0)
    const correlation = product / total
    // What is within chance adds noise of its own, from the first lag that shows nothing on.
    if (correlation <= significant) break
    extra += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation
  }
  return independent * (1 + (2 / (n * (n - 1) * (n - 2))) * extra)
}

/** Equal ones share the mean of their ranks. */
function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((value, i) => ({ value, i })).toSorted((a, b) => a.value - b.value)
  const ranks = values.map(() => 0)
  for (let from = 0; from < order.length;) {
    let to = from
    while (to + 1 < order.length && order[to + 1]?.value === order[from]?.value) to++
    for (const { i } of order.slice(from, to + 1)) ranks[i] = (from + to) / 2 + 1
    from = to + 1
  }
  return ranks
}
