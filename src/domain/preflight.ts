/**
 * What passes between nodes and bootstraps before any pair is tried, from what our own prober said; and why a pair cannot
 * get what its program needs.
 */
import { valueOf, type Flow, type Pair, type Read } from './evidence.ts'
import type { NodeName } from './fleet.ts'
import { parseClock } from './node-clock.ts'
import type { Needs } from './profile.ts'

/** As the evidence keeps it: answers alone. What they mean is derived from them each time. */
export interface Preflight {
  readonly nodes: readonly NodeAnswer[]
  readonly paths: readonly PathAnswer[]
}

export interface NodeAnswer {
  readonly node: NodeName
  /** Our own clock before the question and after its answer, Unix milliseconds. */
  readonly askedAt: number
  readonly answeredAt: number
  /** The node's clocks, then its addresses of IPv6, a line each; null: it did not answer. */
  readonly text: string | null
}

export interface PathAnswer {
  readonly from: NodeName
  readonly to: NodeName
  readonly family: 4 | 6
  /** The prober's own event; else what stood in its place. */
  readonly event: unknown
  /** UDP port of the callee's service, and what its node counted there; port 0: not asked. */
  readonly servicePort: number
  readonly delivered: Read<readonly Flow[]>
}

export type Passing = 'passes' | 'lost' | 'unknown'

export interface PathSeen extends Pick<PathAnswer, 'from' | 'to' | 'family' | 'servicePort'> {
  readonly small: Passing
  /** One of several fragments, there and back. */
  readonly largeBytes: number
  readonly large: Passing
  readonly largeBack: Passing
  /** Of the size that the program needs, where that lies between these two; null: it was not tried. */
  readonly needed: { readonly bytes: number; readonly there: Passing; readonly back: Passing } | null
  readonly service: Passing
  /** Largest IP packet that passed unfragmented. */
  readonly mtu: number | null
}

export interface NodeSeen {
  readonly node: NodeName
  /** Against the orchestrator's, and how sure that is. */
  readonly clock: { readonly offsetMs: number; readonly withinMs: number } | null
  /** Null: not known. */
  readonly ipv6: readonly string[] | null
}

/** Of IP and UDP. */
const headers = { 4: 28, 6: 48 } as const

export const smallBytes = 600
export const fragmentedBytes = 4096
/** Datagrams of 1500, 1480, 1420 and 1280 bytes with their headers. */
export const wholeSizes = { 4: [1472, 1452, 1392, 1252], 6: [1452, 1432, 1372, 1232] } as const

/** What is sent in fragments where need be, the smallest first. */
export const sizesFor = (needs: Needs): readonly number[] => [
  ...new Set([smallBytes, ...[smallBytes, fragmentedBytes].map((least) => Math.max(least, needs.datagramBytes))]),
]

interface Trial {
  readonly bytes: number
  readonly whole: boolean
  readonly sent: number
  readonly acked: boolean
  readonly echoed: boolean
}

export function pathSeen({ from, to, family, event, servicePort, delivered }: PathAnswer): PathSeen {
  const told = fieldsOf(event)
  const trials = told['event'] === 'reach' && Array.isArray(told['trials']) ? told['trials'].flatMap(trialOf) : []
  const small = trials.find((t) => !t.whole)
  const large = trials.findLast((t) => !t.whole && t !== small)
  const needed = trials.find((t) => !t.whole && t !== small && t !== large)
  const there = (t: Trial | undefined): Passing =>
    t === undefined || t.sent === 0 || small?.acked !== true ? 'unknown' : t.acked ? 'passes' : 'lost'
  // What came back shows nothing where nothing came there, or small ones do not come back either.
  const back = (t: Trial | undefined): Passing =>
    t?.acked !== true || small?.echoed !== true ? 'unknown' : t.echoed ? 'passes' : 'lost'
  const whole = trials.filter((t) => t.whole && t.acked).map((t) => t.bytes)
  return {
    from,
    to,
    family,
    servicePort,
    small: small === undefined || small.sent === 0 ? 'unknown' : small.acked ? 'passes' : 'lost',
    largeBytes: large?.bytes ?? fragmentedBytes,
    large: there(large),
    largeBack: back(large),
    needed: needed === undefined ? null : { bytes: needed.bytes, there: there(needed), back: back(needed) },
    service: markSeen(told, servicePort, delivered, family),
    mtu: whole.length === 0 ? null : Math.max(...whole) + headers[family],
  }
}

/** By its size, which no other node's has. */
function markSeen(
  told: Readonly<Record<string, unknown>>,
  servicePort: number,
  delivered: Read<readonly Flow[]>,
  family: 4 | 6,
): Passing {
  const [sent, bytes] = [told['marked'], told['mark_bytes']]
  const flows = valueOf(delivered)
  if (servicePort === 0 || typeof sent !== 'number' || sent === 0 || typeof bytes !== 'number' || flows === null)
    return 'unknown'
  const ours = (f: Flow): boolean =>
    f.localPort === servicePort && f.packets > 0 && f.bytes === f.packets * (bytes + headers[family])
  return flows.some(ours) ? 'passes' : 'lost'
}

export function nodeSeen({ node, askedAt, answeredAt, text }: NodeAnswer): NodeSeen {
  if (text === null) return { node, clock: null, ipv6: null }
  const [first = '', ...lines] = text.split('\n')
  const clock = parseClock(first)
  return {
    node,
    clock:
      clock === null
        ? null
        : {
            offsetMs: Math.round(clock.wallMs - (askedAt + answeredAt) / 2),
            withinMs: Math.round((answeredAt - askedAt) / 2),
          },
    ipv6: lines.flatMap((line) => /\binet6 ([0-9a-f:]+)\/\d+ /.exec(line)?.[1] ?? []),
  }
}

/** Answers null for a pair that nothing which was seen keeps from what its program needs. */
export function obstaclesIn(preflight: Preflight | null, needs: Needs): (pair: Pair) => string | null {
  if (preflight === null) return () => null
  const paths = preflight.paths.map(pathSeen).filter((p) => p.family === (needs.ipv6 ? 6 : 4))
  const nodes = needs.ipv6 ? preflight.nodes.map(nodeSeen) : []
  const found = new Map<string, string | null>()
  return (pair) => {
    const key = JSON.stringify([pair.from, pair.to])
    const known = found.get(key)
    if (known !== undefined) return known
    const obstacle = obstacleOf(pair, paths, nodes, needs)
    found.set(key, obstacle)
    return obstacle
  }
}

function obstacleOf(
  { from, to }: Pair,
  paths: readonly PathSeen[],
  nodes: readonly NodeSeen[],
  needs: Needs,
): string | null {
  const without = nodes.find((n) => without6(n, [from, to]))
  if (without !== undefined) return `${without.node} has no IPv6 address`
  const of = (hops: (p: PathSeen) => readonly Hop[]): string | null => lostOf(paths.flatMap(hops), [from, to])
  const closed = paths.filter((p) => p.to === to && p.small === 'passes' && p.service !== 'unknown')
  const exact = closed.find((p) => p.from === from)
  return (
    of(smallHops) ??
    of((p) => neededHops(p, needs)) ??
    (exact?.service === 'lost' ||
    (exact === undefined && closed.length > 0 && closed.every((p) => p.service === 'lost'))
      ? `udp ${closed[0]?.servicePort} of ${to} is not reached from ${exact?.from ?? 'any node that tried'}, another port of it is`
      : null)
  )
}

/** What a path of Ethernet takes in one piece. */
const inOnePiece = 1472

const without6 = ({ node, ipv6 }: NodeSeen, ends: readonly NodeName[]): boolean =>
  ends.includes(node) && ipv6?.length === 0

interface Hop {
  readonly from: NodeName
  readonly to: NodeName
  readonly lost: boolean
  readonly text: string
}

const smallHops = (p: PathSeen): readonly Hop[] =>
  p.small === 'unknown'
    ? []
    : [{ from: p.from, to: p.to, lost: p.small === 'lost', text: `no UDP of ours passes ${p.from} → ${p.to}` }]

function neededHops(p: PathSeen, needs: Needs): readonly Hop[] {
  if (needs.datagramBytes <= smallBytes) return []
  // Where their own size was not tried, the larger one stands for datagrams that go in fragments as well.
  const large = needs.datagramBytes > inOnePiece ? { bytes: p.largeBytes, there: p.large, back: p.largeBack } : null
  const tried = p.needed ?? large
  if (tried === null) return []
  const why = tried.bytes > inOnePiece ? ': fragments are dropped' : ', and smaller ones do'
  const hop = (passing: Passing, from: NodeName, to: NodeName): readonly Hop[] =>
    passing === 'unknown'
      ? []
      : [
          {
            from,
            to,
            lost: passing === 'lost',
            text: `${tried.bytes}-byte datagrams do not pass ${from} → ${to}${why}`,
          },
        ]
  return [...hop(tried.there, p.from, p.to), ...hop(tried.back, p.to, p.from)]
}

/**
 * The hop between the two itself, where it was tried; else an end from which, or to which, nothing passed. A node that
 * nobody reached, or that reached nobody, of several that tried, says nothing of these others.
 */
function lostOf(hops: readonly Hop[], ends: readonly [NodeName, NodeName]): string | null {
  const own = hops.find((h) => h.lost && ends.includes(h.from) && ends.includes(h.to))
  if (own !== undefined) return own.text
  const dead = (side: 'from' | 'to', node: NodeName, among: readonly Hop[], least: number): boolean => {
    const its = among.filter((h) => h[side] === node)
    return its.length >= least && its.every((h) => h.lost)
  }
  for (const [side, other] of [
    ['from', 'to'],
    ['to', 'from'],
  ] as const)
    for (const node of ends) {
      const fair = hops.filter((h) => h[side] !== node || !dead(other, h[other], hops, 2))
      if (dead(side, node, fair, 1)) return fair.find((h) => h[side] === node)?.text ?? null
    }
  return null
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

function trialOf(value: unknown): readonly Trial[] {
  const { bytes, whole, sent, acked, echoed } = fieldsOf(value)
  return typeof bytes === 'number' && typeof sent === 'number'
    ? [{ bytes, sent, whole: whole === true, acked: acked === true, echoed: echoed === true }]
    : []
}
