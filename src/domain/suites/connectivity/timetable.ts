/**
 * When which pair dials: rounds in which no node plays twice, ordered so that the cool-off of the same two peers is met
 * by order, not by sleeping (spec §3).
 */
import type { Pair } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'

export type Round = readonly Pair[]

export interface TimetableInput {
  readonly peers: readonly NodeName[]
  /** Ordered pairs that must relay: no relay node dials or is dialled in their rounds. */
  readonly relayPairs: readonly Pair[]
  /** Peers that relay for others. */
  readonly relayNodes: readonly NodeName[]
  /** Tries per ordered pair, by {@link pairKey}; absent: one. */
  readonly repetitions?: ReadonlyMap<string, number>
  /** Pairs of a round, about; absent: as many as a round robin of these peers has. */
  readonly atOnce?: number
}

export const pairKey = (pair: Pair): string => `${pair.from}→${pair.to}`

/** The same text for both directions. */
export const peersKey = (pair: Pair): string => [pair.from, pair.to].sort().join('↔')

/** A try and where in the whole it belongs, 0..1. */
interface Try {
  readonly pair: Pair
  readonly due: number
}

export function timetable(input: TimetableInput): readonly Round[] {
  const relays = new Set(input.relayNodes.filter((n) => input.peers.includes(n)))
  const apart = new Set(relays.size === 0 ? [] : input.relayPairs.map(pairKey))
  const tries = triesOf(input)
  const together = tries.filter((t) => !apart.has(pairKey(t.pair)))
  const plain = place(
    together,
    input.atOnce === undefined ? 2 * circleLength(input.peers.length) : Math.ceil(together.length / input.atOnce),
  )
  const relayed = place(
    tries.filter((t) => apart.has(pairKey(t.pair))),
    0,
  )
  return interleave(plain, relayed)
}

/**
 * Smallest number of rounds between two attempts of the same two peers, either direction; undefined when no two meet
 * twice.
 */
export function shortestGap(rounds: readonly Round[]): number | undefined {
  const last = new Map<string, number>()
  let shortest: number | undefined
  rounds.forEach((round, i) =>
    round.forEach((pair) => {
      const before = last.get(peersKey(pair))
      if (before !== undefined) shortest = Math.min(shortest ?? Infinity, i - before)
      last.set(peersKey(pair), i)
    }),
  )
  return shortest
}

const circleLength = (peers: number): number => (peers < 2 ? 0 : peers % 2 === 0 ? peers - 1 : peers)

/** Circle method: one seat stands still, the others move on by one each round; an odd number gets an empty seat. */
function circle(peers: readonly NodeName[]): readonly Round[] {
  const seats: (NodeName | undefined)[] = peers.length % 2 === 0 ? [...peers] : [undefined, ...peers]
  const half = seats.length / 2
  return Array.from({ length: circleLength(peers.length) }, (_, round) => {
    const [still, ...ring] = seats
    const turned = [still, ...ring.slice(ring.length - round), ...ring.slice(0, ring.length - round)]
    return Array.from({ length: half }, (_, i): readonly [NodeName | undefined, NodeName | undefined] => [
      turned[i],
      turned[turned.length - 1 - i],
    ]).flatMap(([a, b], i) =>
      a === undefined || b === undefined ? [] : [(i + round) % 2 === 0 ? { from: a, to: b } : { from: b, to: a }],
    )
  })
}

/** Every try of every ordered pair: both directions half a tournament apart, repetitions spread evenly. */
function triesOf({ peers, repetitions }: TimetableInput): readonly Try[] {
  const rounds = circle(peers)
  const all = rounds.flatMap((round, i) =>
    round.flatMap((pair) => [
      { pair, at: i / (2 * rounds.length) },
      { pair: { from: pair.to, to: pair.from }, at: (i + rounds.length) / (2 * rounds.length) },
    ]),
  )
  return all
    .flatMap(({ pair, at }) => {
      const times = repetitions?.get(pairKey(pair)) ?? 1
      return Array.from({ length: times }, (_, j) => ({ pair, due: (j + at) / times }))
    })
    .sort((a, b) => a.due - b.due)
}

/**
 * Puts each try into the first round from its due one on in which both nodes are free, else into the last one before
 * it, else into a catch-up round.
 */
function place(tries: readonly Try[], circleRounds: number): readonly Round[] {
  const load = new Map<NodeName, number>()
  for (const { pair } of tries) for (const n of [pair.from, pair.to]) load.set(n, (load.get(n) ?? 0) + 1)
  const length = Math.max(circleRounds, ...load.values())
  const rounds: { pairs: Pair[]; busy: Set<NodeName> }[] = Array.from({ length }, () => ({
    pairs: [],
    busy: new Set(),
  }))
  for (const { pair, due } of tries) {
    const wanted = Math.min(length - 1, Math.floor(due * length + 1e-9))
    const free = (i: number): boolean => !rounds[i]?.busy.has(pair.from) && !rounds[i]?.busy.has(pair.to)
    let at = wanted
    while (at < rounds.length && !free(at)) at++
    if (at >= length) {
      let back = wanted
      while (back >= 0 && !free(back)) back--
      if (back >= 0) at = back
    }
    const round = rounds[at] ?? (rounds[at] = { pairs: [], busy: new Set() })
    round.pairs.push(pair)
    round.busy.add(pair.from).add(pair.to)
  }
  return rounds.map((r) => r.pairs).filter((r) => r.length > 0)
}

/**
 * The rarer rounds go in from the first to the last place at even steps, so that the few peers in them rest as long as
 * can be.
 */
function interleave(a: readonly Round[], b: readonly Round[]): readonly Round[] {
  const [many, few] = a.length >= b.length ? [a, b] : [b, a]
  const total = many.length + few.length
  const slots = new Map(
    few.map((round, i) => [
      few.length === 1 ? Math.floor(total / 2) : Math.floor((i * (total - 1)) / (few.length - 1)),
      round,
    ]),
  )
  const rest = many.values()
  return Array.from({ length: total }, (_, i) => slots.get(i) ?? rest.next().value ?? [])
}
