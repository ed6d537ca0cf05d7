/**
 * The pause between two attempts of the same two peers: how long to wait for it, what it costs, and whether it was
 * kept.
 */
import type { Attempt } from '../../evidence.ts'
import { peersKey, type Round } from './timetable.ts'

export type Meeting = Pick<Attempt, 'pair' | 'startedAt' | 'endedAt'>

/** When each two peers last met, by {@link peersKey}: Unix milliseconds of the end of their attempt. */
export function lastMeetings(attempts: readonly Meeting[]): ReadonlyMap<string, number> {
  const ended = new Map<string, number>()
  for (const { pair, endedAt } of attempts)
    ended.set(peersKey(pair), Math.max(ended.get(peersKey(pair)) ?? -Infinity, endedAt))
  return ended
}

/**
 * Milliseconds until every pair of the round has cooled off; a clock that was set back never makes it longer than the
 * cool-off itself.
 */
export function waitBefore(round: Round, ended: ReadonlyMap<string, number>, now: number, cooloffMs: number): number {
  const waits = round.map((pair) => (ended.get(peersKey(pair)) ?? -Infinity) + cooloffMs - now)
  return Math.min(cooloffMs, Math.max(0, ...waits))
}

/** Seconds that a timetable spends waiting, when every round takes `roundSeconds`. */
export function waitingSeconds(rounds: readonly Round[], roundSeconds: number, cooloffSeconds: number): number {
  const ended = new Map<string, number>()
  let now = 0
  let waited = 0
  for (const round of rounds) {
    const wait = waitBefore(round, ended, now, cooloffSeconds)
    waited += wait
    now += wait + roundSeconds
    for (const pair of round) ended.set(peersKey(pair), now)
  }
  return waited
}

/**
 * From the end of one attempt to the start of the next of the same two peers, either direction; null when no two met
 * twice.
 */
export function shortestPause(attempts: readonly Meeting[]): number | null {
  const ended = new Map<string, number>()
  let shortest: number | null = null
  for (const { pair, startedAt, endedAt } of attempts.toSorted((x, y) => x.startedAt - y.startedAt)) {
    const before = ended.get(peersKey(pair))
    if (before !== undefined) shortest = Math.min(shortest ?? Infinity, startedAt - before)
    ended.set(peersKey(pair), Math.max(before ?? -Infinity, endedAt))
  }
  return shortest
}
