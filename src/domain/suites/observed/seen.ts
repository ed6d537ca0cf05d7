/** One pair in one window as packet counters tell it: both ways, when it began, for how long, and a relay of its own. */
import { valueOf, type Counters, type Pair } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import { wayKey, countersOf, none, type LookTraffic, type Traffic, type WindowScene } from './traffic.ts'
import { ofNode, type Way } from './window.ts'

export interface PairSeen {
  /** Why these counters say nothing. Empty: witnessed. */
  readonly gaps: readonly string[]
  readonly there: Way
  readonly back: Way
  /** Seconds of the looks in which packets were delivered both ways. */
  readonly bothSeconds: number
  /** A node with a socket that talked to these two alone, as much as a connection takes. */
  readonly relay: NodeName | null
  /** Nodes that both talked to, so that a relay's bytes would not be told from their own. */
  readonly between: readonly NodeName[]
  /** The least that was delivered one way through NATs, in bytes: not by IPv6. */
  readonly translated: number
  /** IPv6 packets at the service of either, whose node no measured address tells. */
  readonly ipv6: boolean
}

export function seenBetween({ from, to }: Pair, scene: WindowScene, traffic: Traffic, minBytes: number): PairSeen {
  const { looks, relays, shared, ipv6 } = traffic
  const ends = [from, to]
  const delivered = (look: LookTraffic | undefined, a: NodeName, b: NodeName): number =>
    (look?.delivered.get(wayKey(a, b)) ?? none).packets
  const bothMs = looks.reduce((ms, look, i) => {
    const before = looks[i - 1]
    const both = ends.every((a) => ends.every((b) => a === b || delivered(look, a, b) > delivered(before, a, b)))
    return both ? ms + look.atMs - (before?.atMs ?? 0) : ms
  }, 0)
  const last = looks.at(-1)
  const talked = (end: NodeName, n: NodeName): boolean =>
    (last?.sent.get(wayKey(end, n)) ?? none).packets > 0 && delivered(last, n, end) > 0
  return {
    gaps: [
      ...new Set([
        ...ends.flatMap((n) => gapsOf(n, scene)),
        ...ends.flatMap((n) =>
          shared.has(n) ? [`${n} and ${shared.get(n)} have one outside address, so that nothing tells them apart`] : [],
        ),
      ]),
    ],
    there: wayOf(from, to, looks),
    back: wayOf(to, from, looks),
    bothSeconds: Math.round(bothMs / 100) / 10,
    relay: relays.find((r) => r.bytes >= minBytes && ends.every((n) => r.ends.includes(n)))?.via ?? null,
    between: Object.keys(scene.window.starts).filter((n) => !ends.includes(n) && ends.every((end) => talked(end, n))),
    translated: Math.min(
      ...[wayKey(from, to), wayKey(to, from)].map(
        (key) => (last?.delivered.get(key) ?? none).bytes - (last?.byIPv6.get(key) ?? none).bytes,
      ),
    ),
    ipv6: ends.some((n) => ipv6.has(n)),
  }
}

/** By address: several pairs share a node at once, and each node of the plan has outside addresses of its own. */
function wayOf(from: NodeName, to: NodeName, looks: readonly LookTraffic[]): Way {
  const key = wayKey(from, to)
  const last = looks.at(-1)
  return {
    sent: last?.sent.get(key) ?? none,
    arrived: last?.boxes.has(to) === true ? (last.arrived.get(key) ?? none) : null,
    delivered: last?.delivered.get(key) ?? none,
    firstMs: looks.find((l) => (l.delivered.get(key) ?? none).packets > 0)?.atMs ?? null,
  }
}

function gapsOf(node: NodeName, { window, looks }: WindowScene): readonly string[] {
  const start = ofNode(window.starts, node)
  const why = start?.kind === 'not-read' ? `: ${start.why.slice(0, 200)}` : ''
  return [
    ...(start?.kind === 'there' ? [] : [`nothing proves what was started on ${node}${why}`]),
    ...(valueOf(start) !== null && valueOf(start)?.pid === ofNode(window.before, node)
      ? [`${node} went on with the process that it had before`]
      : []),
    ...(window.looks.length < looks ? [`the window ended after ${window.looks.length} of ${looks} looks`] : []),
    ...(countersOf(node, window).length === window.looks.length
      ? []
      : [`the counters of ${node} could not be read at each look`]),
    ...(goesBack(countersOf(node, window)) ? [`the counters of ${node} were made anew within the window`] : []),
    ...(countersOf(node, window).some((c) => c.overflow) ? [`the counters of ${node} overflowed`] : []),
  ]
}

/** What counts on never counts less. */
const goesBack = (all: readonly Counters[]): boolean =>
  all.some((c, i) => packetsOf(c) < packetsOf(all[i - 1] ?? { in: [], out: [] }))

const packetsOf = ({ in: into, out }: Pick<Counters, 'in' | 'out'>): number =>
  [...into, ...out].reduce((n, f) => n + f.packets, 0)
