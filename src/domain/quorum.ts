/**
 * Who must be there for a run to go on: the registry where the program uses one, a bootstrap node, half of the peers
 * (spec §2).
 */
import { bootstrapsOf, peersOf, registryOf, type Fleet, type NodeName } from './fleet.ts'

/** As much of a plan as decides. */
export interface Quorum {
  readonly fleet: Fleet
  readonly nodes: readonly NodeName[]
  readonly profile: { readonly registry: unknown }
}

/** Why the session cannot go on with only `left`; null when it can. `planned` are the nodes of the plan. */
export function quorumFault({ fleet, nodes: planned, profile }: Quorum, left: readonly NodeName[]): string | null {
  const registry = registryOf(fleet)
  if (profile.registry !== null && (registry === undefined || !left.includes(registry.name)))
    return `the registry ${registry?.name ?? ''} is not available`.replace('  ', ' ')
  if (!bootstrapsOf(fleet).some((n) => left.includes(n.name))) return 'no bootstrap node is available'
  const peers = peersOf(fleet)
    .map((n) => n.name)
    .filter((n) => planned.includes(n))
  const there = peers.filter((n) => left.includes(n))
  if (there.length * 2 < peers.length) return `${there.length} of ${peers.length} peers are available: fewer than 50 %`
  return null
}
