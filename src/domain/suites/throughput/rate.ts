/** How fast bytes arrived, from a kernel counter that was read again and again: at least this, and at most that. */

/** One reading of what had arrived so far: between these two moments of the node's uptime. */
export interface Arrival {
  readonly fromMs: number
  readonly toMs: number
  readonly bytes: number
}

/** Megabits a second, of payload. `high` null: too few readings to say. */
export interface Rate {
  readonly low: number
  readonly high: number | null
}

/** Of what came, a hundredth at the beginning and one at the end are hand-shaking and keeping alive. */
const edge = 0.01
/** A program that sends so much more than its payload is timed from its first byte to its last. */
const padded = 1.5

/**
 * Null: nothing came, or the readings do not reach from before it to after it. Of a payload that came in part, what came
 * is what counts.
 */
export function rateOf(arrivals: readonly Arrival[], payload: number): Rate | null {
  const total = arrivals.at(-1)?.bytes ?? 0
  if (total === 0) return null
  const already = arrivals[0]?.bytes ?? 0
  // A keepalive may stand there before the transfer begins; more than that, and it began unseen.
  if (already > total * edge) return null
  const share = total > payload * padded ? 0 : edge
  const [low, high] = [Math.max(already, total * share), total * (1 - share)]
  const before = arrivals.findLastIndex((a) => a.bytes <= low)
  const after = arrivals.findIndex((a) => a.bytes >= high)
  const [first, last] = [arrivals[before], arrivals[after]]
  if (first === undefined || last === undefined || after <= before) return null
  const moved = Math.min(payload, total) * (1 - 2 * share)
  const [begun, unfinished] = [arrivals[before + 1], arrivals[after - 1]]
  const inside =
    begun === undefined || unfinished === undefined || after - 1 <= before + 1 ? 0 : unfinished.fromMs - begun.toMs
  return { low: mbps(moved, last.toMs - first.fromMs), high: inside > 0 ? mbps(moved, inside) : null }
}

/** A reading that took no time at all took one tick. */
export const mbps = (bytes: number, ms: number): number => (bytes * 8) / 1000 / Math.max(ms, 10)
