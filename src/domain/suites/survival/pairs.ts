/** Which pairs keep a connection: every node calls once and is called once, but for one that another suite kills. */
import type { Pair } from '../../evidence.ts'
import { peersOf, type Fleet, type FleetNode } from '../../fleet.ts'
import type { Profile } from '../../profile.ts'
import { victimOf } from '../gossip/draws.ts'

export function keptPairs(
  fleet: Fleet,
  nodes: readonly FleetNode[],
  profile: Pick<Profile, 'gossip'>,
): readonly Pair[] {
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const victim = profile.gossip?.members == null ? undefined : victimOf(peers)
  const ring = byNat(peers.filter((n) => n !== victim))
  return ring.length < 2
    ? []
    : ring.map((from, i) => ({ from: from.name, to: ring[(i + 1) % ring.length]?.name ?? '' }))
}

/** Nodes of one NAT apart from each other, so that a ring has pairs of as many kinds as can be. */
function byNat(peers: readonly FleetNode[]): readonly FleetNode[] {
  const kinds = [...Map.groupBy(peers, (n) => n.nat).values()].toSorted((a, b) => b.length - a.length)
  const longest = Math.max(0, ...kinds.map((k) => k.length))
  return Array.from({ length: longest }, (_, i) => kinds.flatMap((k) => k[i] ?? [])).flat()
}

/** In which no node plays twice: neighbours of a ring are never in one. */
export function keptRounds(pairs: readonly Pair[]): readonly (readonly Pair[])[] {
  const rounds: Pair[][] = []
  for (const pair of pairs) {
    const ends = [pair.from, pair.to]
    const free = rounds.find((r) => r.every((p) => !ends.includes(p.from) && !ends.includes(p.to)))
    if (free === undefined) rounds.push([pair])
    else free.push(pair)
  }
  return rounds
}
