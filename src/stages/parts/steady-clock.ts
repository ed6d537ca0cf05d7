/** Time inside a test: from the wall clock at its beginning on, by the clock that nobody sets. */
import type { Moment } from '../../domain/node-clock.ts'
import type { Clock } from '../../ports.ts'

/** Durations and pauses of a test do not depend on who sets the wall clock meanwhile. */
export function steadyClock(clock: Clock): Clock {
  const [wall, began] = [clock.now(), clock.monotonic()]
  return { ...clock, now: () => wall + Math.round(clock.monotonic() - began) }
}

export const momentOf = (clock: Clock): Moment => ({
  wallMs: clock.now(),
  monotonicMs: Math.round(clock.monotonic()),
})
