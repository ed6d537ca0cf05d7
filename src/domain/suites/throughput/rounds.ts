/** Which pairs are timed: few, because each costs megabytes; every node both ways, and every NAT × NAT. */
import type { Pair } from '../../evidence.ts'
import { bootstrapsOf, peersOf, type Fleet, type FleetNode, type NatMeasurement, type NodeName } from '../../fleet.ts'
import { plannedPairs, type PlannedPair } from '../connectivity/coverage.ts'
import { natNameIn } from '../connectivity/drawn.ts'
import { cellsOf, leastCover } from '../sampled.ts'
import { selectedOf, type OnlyPairs } from '../selected-pairs.ts'

/** At once: more would share what one machine in the middle carries. */
const mostAtOnce = 2

export interface ThroughputPairs {
  readonly pairs: readonly PlannedPair[]
  readonly all: readonly PlannedPair[]
  readonly natCells: number
}

export function throughputPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
  only?: OnlyPairs,
): ThroughputPairs {
  const natOf = natNameIn(peers, measurements)
  const all = plannedPairs(peers, measurements)
  const pairs = only === undefined ? leastCover(all, natOf) : selectedOf(all, only)
  return { pairs, all, natCells: cellsOf(all, natOf) }
}

/** `there`: nodes of the plan that were not left out. */
export function throughputRounds(
  fleet: Fleet,
  there: readonly NodeName[],
  measurements: readonly NatMeasurement[],
  only?: OnlyPairs,
): readonly (readonly Pair[])[] {
  const peers = peersOf(fleet).filter((n) => there.includes(n.name))
  const { pairs } = throughputPairs(peers, measurements, only)
  const relays = new Set(bootstrapsOf(fleet).map((n) => n.name))
  const rounds: { readonly pairs: Pair[]; relayed: boolean }[] = []
  for (const { pair, oracle } of pairs) {
    const relayed = oracle.pairClass === 'relay'
    const free = rounds.find(
      (r) =>
        r.pairs.length < mostAtOnce &&
        // A relay carries one transfer at a time, and none of its own beside it.
        !(relayed && (r.relayed || r.pairs.some((p) => relays.has(p.from) || relays.has(p.to)))) &&
        !(r.relayed && (relays.has(pair.from) || relays.has(pair.to))) &&
        r.pairs.every((p) => [p.from, p.to].every((n) => n !== pair.from && n !== pair.to)),
    )
    if (free === undefined) rounds.push({ pairs: [pair], relayed })
    else {
      free.pairs.push(pair)
      free.relayed ||= relayed
    }
  }
  return rounds.map((r) => r.pairs)
}
