/** A program under test as values: what it does for one dial, what it says of it, and what is true of it. */
import { thereIs, type Attempt, type Claim, type Pair } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import type { Traffic } from './network.ts'

/** One dial, before anybody lied or disturbed. */
export interface Dial {
  readonly attempt: Attempt
  readonly pair: Pair
  /** What physics leaves open. */
  readonly expected: 'end-to-end' | 'relayed'
  readonly relay: NodeName
}

/** What happened in it. */
export interface Deed {
  readonly traffic: readonly Traffic[]
  readonly claim: Claim
  /** What the receiver writes down about what it has; it knows the hash of a payload only if it has the payload. */
  readonly writes: 'what it has' | 'the announced length and any hash' | 'nothing' | 'the parts that are missing'
  /** Whom the receiver names as the sender. */
  readonly names: NodeName | null
}

export interface Truth {
  readonly path: 'end-to-end' | 'relayed' | 'otherwise' | 'none'
  /** The whole payload is with the receiver. */
  readonly has: boolean
}

const datagram = 1100
export const udp = (
  from: NodeName,
  fromPort: number,
  to: NodeName,
  toPort: number,
  bytes: number,
  more: Partial<Traffic> = {},
): Traffic => ({
  from,
  fromPort,
  to,
  toPort,
  protocol: 'udp',
  packets: Math.max(1, Math.ceil(bytes / datagram)),
  bytes: bytes + 60 * Math.max(1, Math.ceil(bytes / datagram)),
  payload: 0,
  by: fromPort === 9000 ? 'service' : 'dialler',
  arrives: true,
  ...more,
})

export const saidOf = (method: Claim['method'], success: boolean | null = method !== null): Claim => ({
  success,
  method,
  remote: null,
  connectMs: success === true ? 120 : null,
  error: success === false ? 'no path' : null,
  upgraded: false,
  exitCode: success === true ? 0 : 1,
  lines: [],
})

/** Introductions through the relay: they come whatever happens. */
export const introduction = ({ attempt: { localPort, servicePort }, pair: { from, to }, relay }: Dial): Traffic[] => [
  udp(from, localPort, relay, servicePort, 300),
  udp(relay, servicePort, from, localPort, 200),
  udp(relay, servicePort, to, servicePort, 300),
  udp(to, servicePort, relay, servicePort, 200),
]

export const straight = ({ attempt, pair }: Dial, bytes: number, payload: number, more: Partial<Traffic> = {}) =>
  udp(pair.from, attempt.localPort, pair.to, attempt.servicePort, bytes, { payload, ...more })
export const answer = ({ attempt, pair }: Dial, bytes = 700) =>
  udp(pair.to, attempt.servicePort, pair.from, attempt.localPort, bytes)

/** Caller to relay, relay to callee, and what comes back. */
export const throughRelay = ({ attempt, pair, relay }: Dial, bytes: number, payload: number): Traffic[] => [
  udp(pair.from, attempt.localPort, relay, attempt.servicePort, bytes, { payload }),
  udp(relay, attempt.servicePort, pair.to, attempt.servicePort, bytes, { payload }),
  udp(pair.to, attempt.servicePort, relay, attempt.servicePort, 700),
  udp(relay, attempt.servicePort, pair.from, attempt.localPort, 700),
]

/** A punch that the callee's NAT does not let in. */
const refused = (dial: Dial): Traffic[] => [
  straight(dial, 400, 0, { arrives: false }),
  udp(dial.pair.to, dial.attempt.servicePort, dial.pair.from, dial.attempt.localPort, 400, { arrives: false }),
]

export function honest(dial: Dial): Deed {
  const { bytes } = dial.attempt
  return dial.expected === 'end-to-end'
    ? {
        traffic: [...introduction(dial), straight(dial, bytes, bytes), answer(dial)],
        claim: saidOf('hole_punched'),
        writes: 'what it has',
        names: dial.pair.from,
      }
    : {
        traffic: [...introduction(dial), ...refused(dial), ...throughRelay(dial, bytes, bytes)],
        claim: saidOf('relayed'),
        writes: 'what it has',
        names: dial.relay,
      }
}

/** A dial that does not get through, by a program that says so. */
export const failing = (dial: Dial): Deed => ({
  traffic: [...introduction(dial), ...refused(dial)],
  claim: saidOf(null, false),
  writes: 'what it has',
  names: null,
})

/** By what was really sent, whatever anybody says. */
export function truthOf(dial: Dial, { traffic }: Deed): Truth {
  const { attempt, pair } = dial
  const arrived = traffic.filter((t) => t.arrives && t.payload > 0)
  const share = (test: (t: Traffic) => boolean): number =>
    arrived.filter(test).reduce((n, t) => n + t.payload, 0) / Math.max(1, attempt.bytes)
  const onLeg = (t: Traffic): boolean =>
    t.protocol === 'udp' && t.from === pair.from && t.to === pair.to && t.fromPort === attempt.localPort
  const toRelay = share((t) => t.protocol === 'udp' && t.from === pair.from && t.to === dial.relay)
  const fromRelay = share((t) => t.protocol === 'udp' && t.from === dial.relay && t.to === pair.to)
  const has = share((t) => t.to === pair.to) >= 1
  if (share(onLeg) >= 1) return { path: 'end-to-end', has }
  if (toRelay >= 1 && fromRelay >= 1) return { path: 'relayed', has }
  return { path: has ? 'otherwise' : 'none', has }
}

/** The receiver's line, made of what it can know. */
export function recordOf(dial: Dial, deed: Deed, addressOf: (n: NodeName) => string): Attempt['record'] {
  const { attempt } = dial
  const { has } = truthOf(dial, deed)
  const record = {
    nonce: attempt.nonce,
    bytes: attempt.bytes,
    sha256: has ? attempt.expectedSha256 : sha256(`a guess at ${attempt.nonce}`),
    from: deed.names === null ? null : addressOf(deed.names),
    missing: 0,
    completedMs: 300,
    raw: '',
  }
  switch (deed.writes) {
    case 'what it has':
      return has ? thereIs(record) : { kind: 'absent' }
    case 'the announced length and any hash':
      return thereIs(record)
    case 'the parts that are missing':
      return thereIs({ ...record, missing: has ? 0 : 7 })
    case 'nothing':
      return { kind: 'absent' }
  }
}
