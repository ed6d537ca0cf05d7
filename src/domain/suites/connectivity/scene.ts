/** What one attempt is seen in: its round, who is who, and whose packets are the program's. */
import { normalAddress } from '../../addresses.ts'
import type { Attempt, Readings, Sum } from '../../evidence.ts'
import type { Fleet, NatMeasurement, NodeName } from '../../fleet.ts'

/** The program's users on each node: the dialler's, the same everywhere, and the service's. */
export interface Senders {
  readonly dialler: number
  readonly services: ReadonlyMap<NodeName, number>
}

export interface Scene {
  readonly readings: Readings
  /** Other attempts of the same round. */
  readonly others: readonly Attempt[]
  readonly nats: ReadonlyMap<NodeName, NatMeasurement>
  readonly fleet: Fleet
  readonly senders: Senders
  /** Global ones that a node has itself, and no other node has. */
  readonly ipv6: ReadonlyMap<NodeName, readonly string[]>
}

/** Measured addresses, the fleet file's only where nothing was measured; of IPv6 the node's own, which no NAT translates. */
export function outsideAddresses(
  node: NodeName,
  { nats, fleet, ipv6 }: Pick<Scene, 'nats' | 'fleet' | 'ipv6'>,
): ReadonlySet<string> {
  const measured = nats.get(node)?.externalAddresses ?? []
  const ip = fleet.nodes.find((n) => n.name === node)?.ip
  const v4 = measured.length > 0 ? measured : ip === undefined ? [] : [ip]
  return new Set([...v4, ...(ipv6.get(node) ?? [])].map(normalAddress))
}

export const total = (sums: readonly Sum[]): Sum =>
  sums.reduce<Sum>((all, s) => ({ packets: all.packets + s.packets, bytes: all.bytes + s.bytes }), {
    packets: 0,
    bytes: 0,
  })
