/**
 * Which pairs of a fleet are tried where all would be too many: every node as caller and as callee, and every kind of
 * NAT with every kind. Always the same for the same fleet and measurements.
 */
import type { Pair } from '../evidence.ts'
import type { NodeName } from '../fleet.ts'

/** Beyond this many peers not all pairs are tried. */
export const mostPeers = 40

export interface SampledPairs<P> {
  readonly pairs: readonly P[]
  /** NAT × NAT that the fleet has a pair for. */
  readonly cells: number
}

interface Candidate {
  readonly pair: Pair
}

/** All of them up to {@link mostPeers}; beyond, a cover that is filled up to what so many peers would have. */
export function samplePairs<P extends Candidate>(
  peers: readonly NodeName[],
  all: readonly P[],
  natOf: (node: NodeName) => string,
): SampledPairs<P> {
  const cells = new Set(all.map(({ pair }) => cellOf(pair, natOf))).size
  if (peers.length <= mostPeers) return { pairs: all, cells }
  return { pairs: cover(all, natOf, mostPeers * (mostPeers - 1)), cells }
}

/** As few as reach every node both ways and every cell, in the order of the fleet. */
export const leastCover = <P extends Candidate>(all: readonly P[], natOf: (node: NodeName) => string): readonly P[] =>
  cover(all, natOf, 0)

/**
 * Rarest cells first, each by the pair whose nodes were used least; then nodes that are still without a call, then
 * whatever is used least, up to `size`.
 */
function cover<P extends Candidate>(all: readonly P[], natOf: (node: NodeName) => string, size: number): readonly P[] {
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
  const cells = [...Map.groupBy(all, ({ pair }) => cellOf(pair, natOf)).values()]
  for (const cell of cells.toSorted((a, b) => a.length - b.length)) take(cell)
  for (const [end, list] of [
    ...Map.groupBy(all, ({ pair }) => `from ${pair.from}`),
    ...Map.groupBy(all, ({ pair }) => `to ${pair.to}`),
  ])
    if (!calls.has(end)) take(list)
  const queues = [...Map.groupBy(all, ({ pair }) => pair.from).values()]
  for (let n = 0; chosen.size < Math.min(size, all.length); n++) {
    const queue = queues[n % queues.length] ?? []
    take(queue)
  }
  return all.filter((p) => chosen.has(p))
}

const cellOf = ({ from, to }: Pair, natOf: (node: NodeName) => string): string =>
  JSON.stringify([natOf(from), natOf(to)])
