/** Which global IPv6 addresses are a node's and no other one's, from what each said before any pair was tried. */
import { isLocalIPv6, normalAddress } from './addresses.ts'
import type { NodeName } from './fleet.ts'
import { nodeSeen, type Preflight } from './preflight.ts'

/** Of two nodes that have the same one (behind a translator of their own) nothing tells whose a packet is. */
export function ownIPv6(preflight: Preflight | null): ReadonlyMap<NodeName, readonly string[]> {
  const has = (preflight?.nodes ?? []).map(nodeSeen).map(({ node, ipv6 }) => ({
    node,
    all: [...new Set((ipv6 ?? []).map(normalAddress))].filter((a) => !isLocalIPv6(a)),
  }))
  const often = Map.groupBy(
    has.flatMap((h) => h.all),
    (address) => address,
  )
  return new Map(has.map(({ node, all }) => [node, all.filter((a) => often.get(a)?.length === 1)]))
}
