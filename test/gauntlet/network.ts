/** A network as values: what programs send on it, and what the counters of its nodes and NAT boxes show afterwards. */
import {
  nobody,
  thereIs,
  type BoxView,
  type Counters,
  type Flow,
  type Mapping,
  type NodeReading,
  type Readings,
  type SentFlow,
} from '../../src/domain/evidence.ts'
import type { NatMeasurement, NodeName } from '../../src/domain/fleet.ts'

/** Packets of one flow in one direction. `payload`: how many of its bytes are the attempt's real payload. */
export interface Traffic {
  readonly from: NodeName
  readonly fromPort: number
  readonly to: NodeName
  readonly toPort: number
  readonly protocol: 'udp' | 'tcp' | 'icmp'
  readonly packets: number
  /** IP bytes, headers included. */
  readonly bytes: number
  readonly payload: number
  readonly by: 'dialler' | 'service' | 'root'
  /** False: lost on the way, or refused by the callee's NAT. */
  readonly arrives: boolean
}

export interface Network {
  readonly nodes: readonly NodeName[]
  readonly measurements: readonly NatMeasurement[]
  readonly serviceUid: number
}

const serviceUids = { dialler: nobody, root: 0 } as const

export const addressOf = (network: Network, node: NodeName): string =>
  network.measurements.find((m) => m.node === node)?.externalAddresses[0] ??
  `198.18.${Number(node.replace(/\D/g, ''))}.10`

const natOf = (network: Network, node: NodeName): NatMeasurement | undefined =>
  network.measurements.find((m) => m.node === node && m.mapping !== 'none')

/** A cone keeps the port, a symmetric NAT has another for each remote end. */
export function outsidePort(network: Network, node: NodeName, inside: number, remote: NodeName): number {
  if (natOf(network, node)?.mapping !== 'APDM') return inside
  return 40_000 + ((inside * 31 + Number(remote.replace(/\D/g, '')) * 7) % 9973)
}

interface Growing {
  in: Flow[]
  out: Flow[]
  sent: SentFlow[]
}

const empty = (): Growing => ({ in: [], out: [], sent: [] })
const closed = (g: Growing): Counters => ({ ...g, fragmentsIn: { packets: 0, bytes: 0 }, overflow: false })

/** What one look at every node shows after this traffic. */
export function readingsOf(network: Network, traffic: readonly Traffic[]): Readings {
  const nodes = new Map<NodeName, Growing>(network.nodes.map((n) => [n, empty()]))
  const boxes = new Map<NodeName, { readonly counters: Growing; readonly mappings: Mapping[] }>(
    network.nodes.filter((n) => natOf(network, n)).map((n) => [n, { counters: empty(), mappings: [] }]),
  )
  for (const t of traffic) {
    const [source, target] = [addressOf(network, t.from), addressOf(network, t.to)]
    const shownFrom = outsidePort(network, t.from, t.fromPort, t.to)
    const shownTo = outsidePort(network, t.to, t.toPort, t.from)
    const size = { packets: t.packets, bytes: t.bytes }
    const uid = t.by === 'service' ? network.serviceUid : serviceUids[t.by]
    if (t.protocol === 'udp')
      nodes.get(t.from)?.out.push({ remote: target, remotePort: shownTo, localPort: t.fromPort, ...size })
    if (uid !== 0)
      nodes.get(t.from)?.sent.push({ remote: target, protocol: t.protocol, localPort: t.fromPort, uid, ...size })
    if (t.protocol !== 'udp') continue
    const [box, other] = [boxes.get(t.from), boxes.get(t.to)]
    box?.counters.out.push({ remote: target, remotePort: shownTo, localPort: shownFrom, ...size })
    box?.mappings.push(mapping(t.from, t.fromPort, source, shownFrom, target, shownTo))
    other?.counters.in.push({ remote: source, remotePort: shownFrom, localPort: shownTo, ...size })
    if (!t.arrives) continue
    other?.mappings.push(mapping(t.to, t.toPort, target, shownTo, source, shownFrom))
    nodes.get(t.to)?.in.push({ remote: source, remotePort: shownFrom, localPort: t.toPort, ...size })
  }
  return Object.fromEntries(
    network.nodes.map((n): readonly [NodeName, NodeReading] => {
      const box = boxes.get(n)
      const view: BoxView | null = box === undefined ? null : { counters: closed(box.counters), mappings: box.mappings }
      return [
        n,
        {
          counters: thereIs(closed(nodes.get(n) ?? empty())),
          box: view === null ? null : thereIs(view),
          clock: null,
          processes: null,
        },
      ]
    }),
  )
}

const mapping = (
  node: NodeName,
  insidePort: number,
  outsideAddress: string,
  outside: number,
  remote: string,
  remotePort: number,
): Mapping => ({
  insideAddress: `192.168.${Number(node.replace(/\D/g, ''))}.2`,
  insidePort,
  outsideAddress,
  outsidePort: outside,
  remote,
  remotePort,
})
