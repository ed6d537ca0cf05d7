/** The shape of captures: in what a prober said, and in evidence that may come from a stranger. */
import { between, every, fields, flag, list, name, oneOf, optional, orNull, time, type Check } from '../shape.ts'
import { readOf, roundShape } from '../suites/connectivity/evidence-shape.ts'
import type { SuiteId } from '../suites/suite.ts'
import {
  mostPackets,
  type Capture,
  type CapturedEnd,
  type CapturedPeer,
  type PacketHeaders,
  type PairCapture,
  type QuotedHeaders,
} from './capture.ts'

const wholeTo =
  (most: number): Check =>
  (v) =>
    Number.isSafeInteger(v) ? between(0, most)(v) : ' is no whole number'
const port = optional(wholeTo(65_535))
const byte = wholeTo(255)
const large = wholeTo(0xffff_ffff)
const count = wholeTo(Number.MAX_SAFE_INTEGER)

const quoted = every<QuotedHeaders>({ proto: byte, src: name, dst: name, sport: port, dport: port })

export const packetShape = every<PacketHeaders>({
  us: count,
  way: oneOf('in', 'out'),
  dev: name,
  ip: oneOf(4, 6),
  proto: byte,
  src: name,
  dst: name,
  sport: port,
  dport: port,
  bytes: large,
  ttl: byte,
  id: optional(large),
  df: optional(oneOf(true)),
  offset: optional(large),
  more: optional(flag),
  flags: optional(byte),
  type: optional(byte),
  code: optional(byte),
  mtu: optional(large),
  about: optional(quoted),
})

export const captureShape = every<Capture>({
  packets: list(packetShape, mostPackets),
  beyond: count,
  others: count,
  dropped: orNull(count),
})

const peer = every<CapturedPeer>({ node: name, addresses: list(name, 50) })

const end = (nodes: number): Check =>
  every<CapturedEnd>({ node: name, peers: list(peer, nodes), seen: readOf(captureShape) })

const two =
  (of: Check): Check =>
  (v) =>
    list(of, 2)(v) ?? (Array.isArray(v) && v.length === 2 ? null : ' is not of two ends')

export const pairCaptureShape = (nodes: number, suites: readonly SuiteId[]): Check =>
  every<PairCapture>({
    suite: oneOf(...suites),
    pair: fields({ from: name, to: name }),
    startedAt: time,
    endedAt: time,
    round: orNull(roundShape),
    ends: two(end(nodes)),
  })
