/**
 * One attempt as the packet counters tell it: what was sent, arrived, was delivered and came back, end to end and
 * through each node that could relay, and what the caller sent besides.
 */
import { isIPv6, isLocalIPv6, normalAddress } from '../../addresses.ts'
import {
  valueOf,
  volumeOf,
  type Attempt,
  type Counters,
  type Flow,
  type Mapping,
  type Readings,
  type Sum,
} from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import { besides } from './besides.ts'
import { outsideAddresses, total, type Scene } from './scene.ts'

/** The four legs of a relayed payload; a relay without readable counters of its own shows null. */
export interface RelayView {
  readonly via: NodeName
  readonly addresses: ReadonlySet<string>
  /** Caller to relay, counted at the caller. */
  readonly sent: Sum
  readonly relayIn: Sum | null
  readonly relayOut: Sum | null
  /** Relay to callee, counted at the callee. */
  readonly delivered: Sum
  /** Relay to caller, counted at the caller. */
  readonly returned: Sum
  /** What the program under test sent from the caller on every other leg. */
  readonly besides: Sum
}

export interface PairViews {
  /** Why these counters say nothing: an end's are missing or incomplete. Empty: witnessed. */
  readonly gaps: readonly string[]
  /** Caller to callee, counted at the caller. */
  readonly sent: Sum
  /** … at the callee's NAT box, delivered or not; null where there is no box view. */
  readonly arrived: Sum | null
  /** … at the callee, behind its NAT. */
  readonly delivered: Sum
  /** Callee to caller, counted at the caller. */
  readonly returned: Sum
  /** What the program under test sent from the caller on every other leg: any protocol, port and remote. */
  readonly besides: Sum
  /** Part of what was delivered that another attempt of the round may have sent: nothing tells the two apart. */
  readonly shared: Sum
  /** Trailing fragments at the callee that no counter could credit to a flow. */
  readonly fragments: Sum
  readonly callerAddresses: ReadonlySet<string>
  readonly relays: readonly RelayView[]
  /** Real IPv6 packets between the attempt's ports and anybody. */
  readonly ipv6: boolean
  /** Part of what was delivered. */
  readonly byIPv6: Sum
  /** At the callee's port, by IPv6 from addresses that no node is known to have. */
  readonly strangers: Sum
}

/** Whom a flow's remote end is compared with: addresses, and the ports that one inside port shows to the outside. */
interface Outside {
  readonly addresses: ReadonlySet<string>
  readonly port: (port: number, address: string) => boolean
  /** The ports are known, so that two attempts from one address are told apart. */
  readonly exact: boolean
}

export function views(attempt: Attempt, scene: Scene): PairViews {
  const { readings } = scene
  const { from, to } = attempt.pair
  const [caller, callee] = [countersOf(readings, from) ?? none, countersOf(readings, to) ?? none]
  const callerSeen = outside(scene, from, attempt.localPort, to)
  const calleeSeen = outside(scene, to, attempt.servicePort, from)
  const box = valueOf(readings[to]?.box)
  const beside = besides(attempt, scene, caller)
  const known = new Set([...scene.ipv6.values()].flat().map(normalAddress))
  return {
    gaps: [...gapsOf(readings, from), ...gapsOf(readings, to)],
    sent: sum(caller.out, attempt.localPort, { ...calleeSeen, port: anyPort }),
    arrived: box === null ? null : sum(box.counters.in, anyLocalPort, callerSeen),
    delivered: sum(callee.in, attempt.servicePort, callerSeen),
    returned: sum(caller.in, attempt.localPort, calleeSeen),
    besides: beside(calleeSeen.addresses),
    shared: sharedWith(attempt, scene, callerSeen),
    fragments: callee.fragmentsIn,
    callerAddresses: callerSeen.addresses,
    relays: relayCandidates(attempt, scene, callerSeen, calleeSeen, beside),
    ipv6:
      [...caller.in, ...caller.out].some((f) => f.localPort === attempt.localPort && globalIPv6(f)) ||
      callee.in.some((f) => f.localPort === attempt.servicePort && globalIPv6(f)),
    byIPv6: sum(callee.in.filter(globalIPv6), attempt.servicePort, callerSeen),
    strangers: total(
      callee.in.filter(
        (f) => f.localPort === attempt.servicePort && globalIPv6(f) && !known.has(normalAddress(f.remote)),
      ),
    ),
  }
}

function relayCandidates(
  attempt: Attempt,
  scene: Scene,
  callerSeen: Outside,
  calleeSeen: Outside,
  beside: (leg: ReadonlySet<string>) => Sum,
): readonly RelayView[] {
  const { from, to } = attempt.pair
  const [caller, callee] = [countersOf(scene.readings, from) ?? none, countersOf(scene.readings, to) ?? none]
  return scene.fleet.nodes
    .filter((n) => n.name !== from && n.name !== to)
    .flatMap((n) => {
      const addresses = outsideAddresses(n.name, scene)
      // One NAT for two nodes: their addresses cannot tell them apart, so nothing is credited to a relay there.
      if ([...addresses].some((a) => callerSeen.addresses.has(a) || calleeSeen.addresses.has(a))) return []
      const relay: Outside = { addresses, port: anyPort, exact: true }
      const own = readable(countersOf(scene.readings, n.name))
      const delivered = sum(callee.in, attempt.servicePort, relay)
      const sent = sum(caller.out, attempt.localPort, relay)
      if (delivered.packets === 0 && sent.packets === 0) return []
      return [
        {
          via: n.name,
          addresses,
          sent,
          delivered,
          relayIn: own && sum(own.in, anyLocalPort, outside(scene, from, attempt.localPort, n.name)),
          relayOut: own && sum(own.out, anyLocalPort, outside(scene, to, attempt.servicePort, n.name)),
          returned: sum(caller.in, attempt.localPort, relay),
          besides: beside(addresses),
        },
      ]
    })
}

/** Without the ports of a caller's NAT, another dial from the same address to the same callee looks the same. */
function sharedWith(attempt: Attempt, scene: Scene, callerSeen: Outside): Sum {
  if (callerSeen.exact) return { packets: 0, bytes: 0 }
  const alike = scene.others.filter(
    (o) =>
      o.pair.to === attempt.pair.to &&
      [...outsideAddresses(o.pair.from, scene)].some((a) => callerSeen.addresses.has(a)),
  )
  return { packets: alike.length, bytes: alike.reduce((n, o) => n + volumeOf(o), 0) }
}

/**
 * How a peer sees what a node sends from one of its ports in this attempt. Where the NAT picks another port for each
 * peer, only a mapping towards this one tells it: one that has expired by the time of the look leaves the port unknown,
 * and another may stand in its place. Then any port that is no other one's is this one's, unless a dial between the same
 * two addresses would look alike.
 */
function outside(scene: Scene, node: NodeName, insidePort: number, peer: NodeName): Outside {
  const addresses = outsideAddresses(node, scene)
  const mapping = scene.nats.get(node)?.mapping
  const inside = (p: number): boolean => p === insidePort
  if (mapping === 'none') return { addresses, port: inside, exact: true }
  // No NAT gives what goes by IPv6 another port.
  const byFamily =
    (v4: (p: number) => boolean): Outside['port'] =>
    (p, address) =>
      isIPv6(address) ? inside(p) : v4(p)
  // A mapping onto an address that the prober never saw is not the outermost one (a NAT behind a NAT), or not this
  // node's at all.
  const mappings = (valueOf(scene.readings[node]?.box)?.mappings ?? []).filter((m) =>
    addresses.has(normalAddress(m.outsideAddress)),
  )
  const peers = outsideAddresses(peer, scene)
  const ports = (of: (m: Mapping) => boolean): ReadonlySet<number> =>
    new Set(mappings.filter(of).map((m) => m.outsidePort))
  const others = ports((m) => m.insidePort !== insidePort)
  const own = ports((m) => m.insidePort === insidePort && (mapping === 'EIM' || peers.has(normalAddress(m.remote))))
  const changing = mapping !== 'EIM' && !othersBetween(scene, addresses, peers)
  return own.size > 0 && !changing
    ? { addresses, port: byFamily((p) => own.has(p)), exact: true }
    : { addresses, port: byFamily((p) => own.has(p) || !others.has(p)), exact: false }
}

const othersBetween = (scene: Scene, one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  scene.others.some(({ pair: { from, to } }) => {
    const [a, b] = [outsideAddresses(from, scene), outsideAddresses(to, scene)]
    const meets = (x: ReadonlySet<string>, y: ReadonlySet<string>): boolean => [...x].some((address) => y.has(address))
    return (meets(a, one) && meets(b, other)) || (meets(a, other) && meets(b, one))
  })

const countersOf = (readings: Readings, node: NodeName): Counters | null =>
  Object.hasOwn(readings, node) ? valueOf(readings[node]?.counters) : null

function gapsOf(readings: Readings, node: NodeName): readonly string[] {
  const counters = countersOf(readings, node)
  if (counters === null) return [`the counters of ${node} could not be read`]
  return counters.overflow ? [`the counters of ${node} overflowed`] : []
}

const readable = (counters: Counters | null): Counters | null =>
  counters !== null && !counters.overflow ? counters : null
const none: Counters = { in: [], out: [], sent: [], fragmentsIn: { packets: 0, bytes: 0 }, overflow: false }
const anyPort = (): boolean => true
const anyLocalPort = undefined
const globalIPv6 = (flow: Flow): boolean => flow.packets > 0 && isIPv6(flow.remote) && !isLocalIPv6(flow.remote)

const sum = (flows: readonly Flow[], localPort: number | undefined, remote: Pick<Outside, 'addresses' | 'port'>): Sum =>
  total(
    flows.filter(
      (f) =>
        (localPort === undefined || f.localPort === localPort) &&
        remote.port(f.remotePort, f.remote) &&
        remote.addresses.has(normalAddress(f.remote)),
    ),
  )
