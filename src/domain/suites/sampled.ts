/**
 * Which pairs of a fleet are tried where all would be too many: every node as caller and as callee, every kind of NAT
 * with every kind, every class to its sample floor. The same seed, fleet and measurements draw the same pairs.
 */
import { shuffled } from '../shuffled.ts'
import type { Pair } from '../evidence.ts'
import type { NodeName } from '../fleet.ts'

/** As a plan has it. */
export interface Sampling {
  /** Up to this many peers all pairs are tried. */
  readonly beyondNodes: number
  /** That the pairs are drawn by. */
  readonly seed: number
}

export interface Kinds<P> {
  readonly natOf: (node: NodeName) => string
  /** Pairs of one class share a rate. */
  readonly classOf: (pair: P) => string
  /** Attempts that a class needs: as many pairs, where it has them. */
  readonly sampleFloor: number
}

interface Candidate {
  readonly pair: Pair
}

/** All of them up to the plan's number of peers; beyond, a cover that is filled up to what so many peers would have. */
export function samplePairs<P extends Candidate>(
  peers: readonly NodeName[],
  all: readonly P[],
  kinds: Kinds<P>,
  { beyondNodes, seed }: Sampling,
): readonly P[] {
  return peers.length <= beyondNodes ? all : cover(all, kinds, beyondNodes * (beyondNodes - 1), seed)
}

/** As few as reach every node both ways and every cell, in the order of the fleet. */
export const leastCover = <P extends Candidate>(all: readonly P[], natOf: (node: NodeName) => string): readonly P[] =>
  cover(all, { natOf, classOf: () => '', sampleFloor: 0 }, 0)

/** Of which NAT × NAT a sample has a pair. */
export const cellsOf = (pairs: readonly Candidate[], natOf: (node: NodeName) => string): number =>
  new Set(pairs.map(({ pair }) => cellOf(pair, natOf))).size

/** `1,560 of 6,320 pairs drawn`; empty: none was left out. */
export const drawnText = (drawn: number, all: number): readonly string[] =>
  drawn === all ? [] : [`${thousands(drawn)} of ${thousands(all)} pairs drawn, every node and every NAT type × type`]

const thousands = (n: number): string => n.toString().replace(/\B(?=(\d{3})+$)/g, ',')

/**
 * Rarest cells first, each by the pair whose nodes were used least; then nodes that are still without a call, classes
 * below their floor, then whatever is used least, up to `size`.
 */
function cover<P extends Candidate>(
  all: readonly P[],
  { natOf, classOf, sampleFloor }: Kinds<P>,
  size: number,
  seed: number | null = null,
): readonly P[] {
  const mixed = seed === null ? all : shuffled(all, seed)
  const chosen = new Set<P>()
  const calls = new Map<string, number>()
  const used = ({ from, to }: Pair): number => (calls.get(`from ${from}`) ?? 0) + (calls.get(`to ${to}`) ?? 0)
  const take = (candidates: readonly P[]): void => {
    let best: P | undefined
    for (const c of candidates) if (!chosen.has(c) && (best === undefined || used(c.pair) < used(best.pair))) best = c
    if (best === undefined) return
    chosen.add(best)
    for (const key of [`from ${best.pair.from}`, `to ${best.pair.to}`]) calls.set(key, (calls.get(key) ?? 0) + 1)
  }
  const cells = [...Map.groupBy(mixed, ({ pair }) => cellOf(pair, natOf)).values()]
  for (const cell of cells.toSorted((a, b) => a.length - b.length)) take(cell)
  for (const [end, list] of [
    ...Map.groupBy(mixed, ({ pair }) => `from ${pair.from}`),
    ...Map.groupBy(mixed, ({ pair }) => `to ${pair.to}`),
  ])
    if (!calls.has(end)) take(list)
  for (const list of Map.groupBy(mixed, classOf).values())
    for (let n = list.filter((p) => chosen.has(p)).length; n < Math.min(sampleFloor, list.length); n++) take(list)
  const queues = [...Map.groupBy(mixed, ({ pair }) => pair.from).values()]
  for (let n = 0; chosen.size < Math.min(size, all.length); n++) take(queues[n % queues.length] ?? [])
  return all.filter((p) => chosen.has(p))
}

const cellOf = ({ from, to }: Pair, natOf: (node: NodeName) => string): string =>
  JSON.stringify([natOf(from), natOf(to)])
