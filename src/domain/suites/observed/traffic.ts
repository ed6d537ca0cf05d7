/** A window's counters by pairs of nodes, in one pass: what each sent to each, what arrived at its box, what was delivered. */
import { isIPv6, isLocalIPv6, normalAddress } from '../../addresses.ts'
import { valueOf, type Counters, type Sum } from '../../evidence.ts'
import type { Fleet, NatMeasurement, NodeName } from '../../fleet.ts'
import { outsideAddresses } from '../connectivity/scene.ts'
import { ofNode, type ObservedWindow } from './window.ts'

export interface WindowScene {
  readonly window: ObservedWindow
  readonly nats: ReadonlyMap<NodeName, NatMeasurement>
  readonly fleet: Fleet
  /** UDP port of the service; 0: the one that its process was seen to have. */
  readonly servicePort: number
  /** Global ones that a node has itself, and no other node has. */
  readonly ipv6: ReadonlyMap<NodeName, readonly string[]>
  /** How many looks the window was to have. */
  readonly looks: number
}

/** By `from` and `to`, from the window's start until one look. */
type Table = ReadonlyMap<string, Sum>
export const none: Sum = { packets: 0, bytes: 0 }
export const wayKey = (from: NodeName, to: NodeName): string => JSON.stringify([from, to])

export interface LookTraffic {
  readonly atMs: number
  readonly sent: Table
  readonly delivered: Table
  /** Part of what was delivered, which no NAT translated. */
  readonly byIPv6: Table
  /** At the box of the receiver. */
  readonly arrived: Table
  /** Receivers of which there is a box view. */
  readonly boxes: ReadonlySet<NodeName>
}

/** A socket of a node, not its service's, whose only remotes were two of the others. */
export interface OwnRelay {
  readonly via: NodeName
  readonly ends: readonly [NodeName, NodeName]
  /** The least that went in or out of it at either end. */
  readonly bytes: number
}

export interface Traffic {
  readonly looks: readonly LookTraffic[]
  readonly relays: readonly OwnRelay[]
  /** Nodes whose outside address another one has too, with that one. */
  readonly shared: ReadonlyMap<NodeName, NodeName>
  /** Nodes whose service got IPv6 packets from addresses that no node is known to have. */
  readonly ipv6: ReadonlySet<NodeName>
}

export function trafficIn(scene: WindowScene): Traffic {
  const { window } = scene
  const nodes = Object.keys(window.starts)
  const { at, shared } = addressBook(nodes, scene)
  const own = new Map(nodes.map((n) => [n, ownPorts(n, scene)]))
  const known = new Map<string, NodeName | undefined>()
  const nodeAt = (remote: string): NodeName | undefined => {
    if (!known.has(remote)) known.set(remote, at.get(normalAddress(remote)))
    return known.get(remote)
  }
  const looks = window.looks.map(({ atMs, readings }): LookTraffic => {
    const [sent, delivered, arrived] = [new Map<string, Sum>(), new Map<string, Sum>(), new Map<string, Sum>()]
    const byIPv6 = new Map<string, Sum>()
    const boxes = new Set<NodeName>()
    for (const node of nodes) {
      const uid = valueOf(ofNode(window.starts, node))?.uid
      const counters = valueOf(ofNode(readings, node)?.counters)
      for (const f of counters?.sent ?? [])
        if (f.protocol === 'udp' && f.uid === uid) add(sent, node, nodeAt(f.remote), f)
      for (const f of counters?.in ?? [])
        if (own.get(node)?.has(f.localPort) === true) {
          add(delivered, nodeAt(f.remote), node, f)
          if (isIPv6(f.remote)) add(byIPv6, nodeAt(f.remote), node, f)
        }
      const box = valueOf(ofNode(readings, node)?.box)
      if (box === null) continue
      boxes.add(node)
      for (const f of box.counters.in) add(arrived, nodeAt(f.remote), node, f)
    }
    return { atMs, sent, delivered, byIPv6, arrived, boxes }
  })
  return {
    looks,
    shared,
    relays: nodes.flatMap((n) => relaysOf(n, scene, nodeAt)),
    ipv6: new Set(
      nodes.filter((n) =>
        countersOf(n, window).some((c) =>
          c.in.some(
            (f) =>
              own.get(n)?.has(f.localPort) === true &&
              isIPv6(f.remote) &&
              !isLocalIPv6(f.remote) &&
              nodeAt(f.remote) === undefined,
          ),
        ),
      ),
    ),
  }
}

function add(table: Map<string, Sum>, from: NodeName | undefined, to: NodeName | undefined, more: Sum): void {
  if (from === undefined || to === undefined) return
  const key = wayKey(from, to)
  const before = table.get(key) ?? none
  table.set(key, { packets: before.packets + more.packets, bytes: before.bytes + more.bytes })
}

/** Whose each outside address is: behind one that two have, nothing tells them apart. */
function addressBook(
  nodes: readonly NodeName[],
  scene: WindowScene,
): { readonly at: ReadonlyMap<string, NodeName>; readonly shared: ReadonlyMap<NodeName, NodeName> } {
  const at = new Map<string, NodeName>()
  const shared = new Map<NodeName, NodeName>()
  for (const node of nodes)
    for (const address of outsideAddresses(node, scene)) {
      const other = at.get(address)
      if (other === undefined) at.set(address, node)
      else shared.set(other, node).set(node, other)
    }
  return { at, shared }
}

export const countersOf = (node: NodeName, { looks }: ObservedWindow): readonly Counters[] =>
  looks.flatMap((l) => valueOf(ofNode(l.readings, node)?.counters) ?? [])

/** The service's port, what its process had when it was proven, and whatever its user sent from. */
function ownPorts(node: NodeName, { window, servicePort }: WindowScene): ReadonlySet<number> {
  const proof = valueOf(ofNode(window.starts, node))
  return new Set([
    ...(servicePort === 0 ? [] : [servicePort]),
    ...(proof?.udpPorts ?? []),
    ...countersOf(node, window).flatMap((c) =>
      c.sent.filter((f) => f.protocol === 'udp' && f.uid === proof?.uid).map((f) => f.localPort),
    ),
  ])
}

function relaysOf(
  via: NodeName,
  { window, servicePort }: WindowScene,
  nodeAt: (remote: string) => NodeName | undefined,
): readonly OwnRelay[] {
  const service = new Set(servicePort === 0 ? (valueOf(ofNode(window.starts, via))?.udpPorts ?? []) : [servicePort])
  const flows = countersOf(via, window)
    .slice(-1)
    .flatMap((c) => [
      ...c.in.map((f) => ({ ...f, way: 'in' as const })),
      ...c.out.map((f) => ({ ...f, way: 'out' as const })),
    ])
  const sockets = Map.groupBy(
    flows.filter((f) => !service.has(f.localPort)),
    (f) => f.localPort,
  )
  return [...sockets.values()].flatMap((all): readonly OwnRelay[] => {
    const [a, b, ...more] = [...new Set(all.map((f) => nodeAt(f.remote)))]
    if (a === undefined || b === undefined || more.length > 0) return []
    const bytes = [a, b].flatMap((end) =>
      (['in', 'out'] as const).map((way) =>
        all.filter((f) => f.way === way && nodeAt(f.remote) === end).reduce((n, f) => n + f.bytes, 0),
      ),
    )
    return [{ via, ends: [a, b], bytes: Math.min(...bytes) }]
  })
}
