/** Whose packets each end of a captured pair keeps, by the addresses that the outside knows these nodes by. */
import { normalAddress } from '../addresses.ts'
import type { Pair } from '../evidence.ts'
import type { Fleet, NatMeasurement, NodeName } from '../fleet.ts'
import { ownIPv6 } from '../own-ipv6.ts'
import type { Preflight } from '../preflight.ts'
import type { CapturedPeer } from './capture.ts'

export interface Addressed {
  readonly fleet: Fleet
  readonly there: readonly NodeName[]
  readonly measurements: readonly NatMeasurement[]
  readonly preflight: Preflight
}

/** Of the caller, and of the callee: the other end first, then those by which a pair is found, introduced or relayed. */
export function capturePeers(
  { from, to }: Pair,
  on: Addressed,
): readonly [readonly CapturedPeer[], readonly CapturedPeer[]] {
  const ipv6 = ownIPv6(on.preflight)
  const relays = on.fleet.nodes
    .filter((n) => n.role === 'bootstrap' || n.role === 'registry')
    .map((n) => n.name)
    .filter((n) => on.there.includes(n) && n !== from && n !== to)
  const addressed = (node: NodeName): CapturedPeer => ({
    node,
    addresses: [
      ...new Set([
        ...(on.measurements.find((m) => m.node === node)?.externalAddresses ?? []).map(normalAddress),
        ...on.fleet.nodes.filter((n) => n.name === node).map((n) => normalAddress(n.ip)),
        ...(ipv6.get(node) ?? []),
      ]),
    ],
  })
  return [[to, ...relays].map(addressed), [from, ...relays].map(addressed)]
}
