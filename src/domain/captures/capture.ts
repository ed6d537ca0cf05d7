/** The headers of packets that two nodes of a failing pair exchanged, as our own prober on each of them told. */
import type { Pair, Read, RoundEvidence } from '../evidence.ts'
import type { NodeName } from '../fleet.ts'
import type { SuiteId } from '../suites/suite.ts'

/** Pairs of one test. */
export const mostCaptures = 6
/** Packets of one node; the others are counted. */
export const mostPackets = 400

/** As the prober spells them; what a packet has not got is left out. Nothing of what it carries. */
export interface PacketHeaders {
  /** Microseconds since the capture began on that node. */
  readonly us: number
  readonly way: 'in' | 'out'
  /** Network interface. */
  readonly dev: string
  readonly ip: 4 | 6
  /** Number of the protocol: 17 is UDP. */
  readonly proto: number
  readonly src: string
  readonly dst: string
  readonly sport?: number
  readonly dport?: number
  /** Of the whole IP packet, by its own header. */
  readonly bytes: number
  readonly ttl: number
  readonly id?: number
  readonly df?: true
  /** Of a fragment: its place in bytes, and whether others follow. */
  readonly offset?: number
  readonly more?: boolean
  /** Of TCP. */
  readonly flags?: number
  /** Of ICMP. */
  readonly type?: number
  readonly code?: number
  readonly mtu?: number
  /** The packet that an ICMP error is about. */
  readonly about?: QuotedHeaders
}

export interface QuotedHeaders {
  readonly proto: number
  readonly src: string
  readonly dst: string
  readonly sport?: number
  readonly dport?: number
}

export interface Capture {
  readonly packets: readonly PacketHeaders[]
  /** Of the same hosts, and more than were kept. */
  readonly beyond: number
  /** Of other hosts, or no IP. */
  readonly others: number
  /** That the kernel had no room for; null: it does not say. */
  readonly dropped: number | null
}

/** Whose packets one end kept: another node, by the addresses that the outside knows it by. */
export interface CapturedPeer {
  readonly node: NodeName
  readonly addresses: readonly string[]
}

export interface CapturedEnd {
  readonly node: NodeName
  /** The other end first; then bootstrap nodes and the host of the registry. */
  readonly peers: readonly CapturedPeer[]
  readonly seen: Read<Capture>
}

/** One failing pair tried once more, outside of everything that is judged. */
export interface PairCapture {
  /** Whose attempt had failed. */
  readonly suite: SuiteId
  readonly pair: Pair
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  /** The dial; null: nobody was dialled, both ends were only watched. */
  readonly round: RoundEvidence | null
  /** Caller and callee. */
  readonly ends: readonly [CapturedEnd, CapturedEnd]
}
