/**
 * One attempt as the packet counters tell it: what was sent, arrived, was delivered and came back, end to end and
 * through each node that could relay.
 */
import { isIPv6, isLocalIPv6, normalAddress } from '../../addresses.ts'
import { valueOf, type Attempt, type Counters, type Flow, type Readings } from '../../evidence.ts'
import type { Fleet, NatMeasurement, NodeName } from '../../fleet.ts'

export interface Sum {
  readonly packets: number
  readonly bytes: number
}

/** The four legs of a relayed payload; a relay without readable counters of its own shows null. */
export interface RelayView {
  readonly via: NodeName
  /** Caller to relay, counted at the caller. */
  readonly sent: Sum
  readonly relayIn: Sum | null
  readonly relayOut: Sum | null
  /** Relay to callee, counted at the callee. */
  readonly delivered: Sum
  /** Relay to caller, counted at the caller. */
  readonly returned: Sum
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
  readonly relays: readonly RelayView[]
  /** Real IPv6 packets between the attempt's ports and anybody. */
  readonly ipv6: boolean
}

type Nats = ReadonlyMap<NodeName, NatMeasurement>

/** Whom a flow's remote end is compared with: addresses, and the ports that one inside port shows to the outside. */
interface Outside {
  readonly addresses: ReadonlySet<string>
  readonly port: (port: number) => boolean
}

export function views(attempt: Attempt, readings: Readings, measurements: Nats, fleet: Fleet): PairViews {
  const { from, to } = attempt.pair
  const [caller, callee] = [countersOf(readings, from) ?? none, countersOf(readings, to) ?? none]
  const callerSeen = outside(readings, from, attempt.localPort, measurements, fleet)
  const calleeSeen = outside(readings, to, attempt.servicePort, measurements, fleet)
  const box = valueOf(readings[to]?.box)
  return {
    gaps: [...gapsOf(readings, from), ...gapsOf(readings, to)],
    sent: sum(caller.out, attempt.localPort, { ...calleeSeen, port: anyPort }),
    arrived: box === null ? null : sum(box.counters.in, anyLocalPort, callerSeen),
    delivered: sum(callee.in, attempt.servicePort, callerSeen),
    returned: sum(caller.in, attempt.localPort, calleeSeen),
    relays: relayCandidates(attempt, readings, measurements, fleet, callerSeen, calleeSeen),
    ipv6:
      [...caller.in, ...caller.out].some((f) => f.localPort === attempt.localPort && globalIPv6(f)) ||
      callee.in.some((f) => f.localPort === attempt.servicePort && globalIPv6(f)),
  }
}

function relayCandidates(
  attempt: Attempt,
  readings: Readings,
  measurements: Nats,
  fleet: Fleet,
  callerSeen: Outside,
  calleeSeen: Outside,
): readonly RelayView[] {
  const { from, to } = attempt.pair
  const [caller, callee] = [countersOf(readings, from) ?? none, countersOf(readings, to) ?? none]
  return fleet.nodes
    .filter((n) => n.name !== from && n.name !== to)
    .flatMap((n) => {
      const addresses = addressesOf(n.name, measurements, fleet)
      // One NAT for two nodes: their addresses cannot tell them apart, so nothing is credited to a relay there.
      if ([...addresses].some((a) => callerSeen.addresses.has(a) || calleeSeen.addresses.has(a))) return []
      const relay: Outside = { addresses, port: anyPort }
      const own = readable(countersOf(readings, n.name))
      const delivered = sum(callee.in, attempt.servicePort, relay)
      const sent = sum(caller.out, attempt.localPort, relay)
      if (delivered.packets === 0 && sent.packets === 0) return []
      return [
        {
          via: n.name,
          sent,
          delivered,
          relayIn: own && sum(own.in, anyLocalPort, callerSeen),
          relayOut: own && sum(own.out, anyLocalPort, calleeSeen),
          returned: sum(caller.in, attempt.localPort, relay),
        },
      ]
    })
}

/** How the outside sees what a node sends from one of its ports in this attempt. */
function outside(readings: Readings, node: NodeName, insidePort: number, measurements: Nats, fleet: Fleet): Outside {
  const addresses = addressesOf(node, measurements, fleet)
  if (measurements.get(node)?.mapping === 'none') return { addresses, port: (p) => p === insidePort }
  // A mapping onto an address that the prober never saw is not the outermost one (a NAT behind a NAT), or not this
  // node's at all.
  const mappings = (valueOf(readings[node]?.box)?.mappings ?? []).filter((m) =>
    addresses.has(normalAddress(m.outsideAddress)),
  )
  const portsOf = (own: boolean): ReadonlySet<number> =>
    new Set(mappings.filter((m) => (m.insidePort === insidePort) === own).map((m) => m.outsidePort))
  const [own, others] = [portsOf(true), portsOf(false)]
  return { addresses, port: own.size > 0 ? (p) => own.has(p) : (p) => !others.has(p) }
}

/** Measured addresses; the fleet file's only where nothing was measured. */
function addressesOf(node: NodeName, measurements: Nats, fleet: Fleet): ReadonlySet<string> {
  const measured = measurements.get(node)?.externalAddresses ?? []
  const ip = fleet.nodes.find((n) => n.name === node)?.ip
  return new Set((measured.length > 0 ? measured : ip === undefined ? [] : [ip]).map(normalAddress))
}

const countersOf = (readings: Readings, node: NodeName): Counters | null =>
  Object.hasOwn(readings, node) ? valueOf(readings[node]?.counters) : null

function gapsOf(readings: Readings, node: NodeName): readonly string[] {
  const counters = countersOf(readings, node)
  if (counters === null) return [`the counters of ${node} could not be read`]
  return counters.overflow ? [`the counters of ${node} overflowed`] : []
}

const readable = (counters: Counters | null): Counters | null =>
  counters !== null && !counters.overflow ? counters : null
const none: Counters = { in: [], out: [], fragmentsIn: 0, fragmentsOut: 0, overflow: false }
const anyPort = (): boolean => true
const anyLocalPort = undefined
const globalIPv6 = (flow: Flow): boolean => flow.packets > 0 && isIPv6(flow.remote) && !isLocalIPv6(flow.remote)

function sum(flows: readonly Flow[], localPort: number | undefined, remote: Outside): Sum {
  return flows
    .filter(
      (f) =>
        (localPort === undefined || f.localPort === localPort) &&
        remote.port(f.remotePort) &&
        remote.addresses.has(normalAddress(f.remote)),
    )
    .reduce((total, f) => ({ packets: total.packets + f.packets, bytes: total.bytes + f.bytes }), {
      packets: 0,
      bytes: 0,
    })
}

export type Path =
  | { readonly kind: 'end-to-end' }
  | { readonly kind: 'relayed'; readonly via: NodeName }
  | { readonly kind: 'none' }
  | { readonly kind: 'unwitnessed'; readonly why: string }

/**
 * Path class from counters alone. Claims are not a parameter, so that nobody can be tempted. `bytes`: the payload drawn
 * for this attempt.
 */
export function pathClass(seen: PairViews, bytes: number): Path {
  if (seen.gaps.length > 0) return { kind: 'unwitnessed', why: seen.gaps.join(' and ') }
  const carries = (leg: Sum | null): boolean => leg === null || (leg.packets > 0 && leg.bytes >= bytes)
  if (carries(seen.sent) && carries(seen.delivered) && seen.returned.packets > 0) return { kind: 'end-to-end' }
  // Without a payload of ours a relay's introductions look like relaying: nothing tells them apart.
  const [relay] = (bytes > 0 ? seen.relays : [])
    .filter(
      (r) =>
        carries(r.sent) && carries(r.relayIn) && carries(r.relayOut) && carries(r.delivered) && r.returned.packets > 0,
    )
    .toSorted((a, b) => b.delivered.bytes - a.delivered.bytes)
  return relay === undefined ? { kind: 'none' } : { kind: 'relayed', via: relay.via }
}
