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
}

/** Measured addresses; the fleet file's only where nothing was measured. */
export function outsideAddresses(node: NodeName, { nats, fleet }: Pick<Scene, 'nats' | 'fleet'>): ReadonlySet<string> {
  const measured = nats.get(node)?.externalAddresses ?? []
  const ip = fleet.nodes.find((n) => n.name === node)?.ip
  return new Set((measured.length > 0 ? measured : ip === undefined ? [] : [ip]).map(normalAddress))
}

export const total = (sums: readonly Sum[]): Sum =>
  sums.reduce<Sum>((all, s) => ({ packets: all.packets + s.packets, bytes: all.bytes + s.bytes }), {
    packets: 0,
    bytes: 0,
  })
