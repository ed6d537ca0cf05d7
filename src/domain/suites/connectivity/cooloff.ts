/**
 * The pause between two attempts of the same two peers: how long to wait for it, what it costs, and whether it was
 * kept.
 */
import type { Attempt } from '../../evidence.ts'
import { numberList } from '../../number-list.ts'
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
export function shortestPause(attempts: Iterable<Meeting>): number | null {
  const [peers, starts, ends] = [new Map<string, number>(), numberList(), numberList()]
  const who = numberList()
  for (const { pair, startedAt, endedAt } of attempts) {
    const key = peersKey(pair)
    const known = peers.get(key) ?? peers.size
    peers.set(key, known)
    who.push(known)
    starts.push(startedAt)
    ends.push(endedAt)
  }
  const order = Uint32Array.from({ length: starts.length }, (_, i) => i)
  order.sort((x, y) => starts.at(x) - starts.at(y) || x - y)
  const ended = new Float64Array(peers.size).fill(-Infinity)
  let shortest = Infinity
  for (const i of order) {
    const before = ended[who.at(i)] ?? -Infinity
    shortest = Math.min(shortest, starts.at(i) - before)
    ended[who.at(i)] = Math.max(before, ends.at(i))
  }
  return Number.isFinite(shortest) ? shortest : null
}
