/**
 * What the program under test sent from a caller beside one leg: whatever way a payload may have gone, it had to leave
 * the caller, so that little besides leaves one way only.
 */
import { normalAddress } from '../../addresses.ts'
import { valueOf, volumeOf, type Attempt, type Counters, type SentFlow, type Sum } from '../../evidence.ts'
import { bootstrapsOf } from '../../fleet.ts'
import { outsideAddresses, total, type Scene } from './scene.ts'

/**
 * Beside the leg from the attempt's own port to these addresses, net of what other attempts of the round account for by
 * their own ports.
 */
export function besides(attempt: Attempt, scene: Scene, caller: Counters): (leg: ReadonlySet<string>) => Sum {
  const { from } = attempt.pair
  const users = new Set([scene.senders.dialler, scene.senders.services.get(from)])
  const diallers = new Set(scene.others.filter((o) => o.pair.from === from).map((o) => o.localPort))
  const own = caller.sent.filter((f) => users.has(f.uid) && !(f.protocol === 'udp' && diallers.has(f.localPort)))
  const forOthers = scene.others
    .filter((o) => o.pair.from !== from)
    .reduce((n, other) => n + accountedFor(other, attempt, scene, caller, own), 0)
  return (leg) => {
    const beside = total(
      own.filter(
        (f) => !(f.protocol === 'udp' && f.localPort === attempt.localPort && leg.has(normalAddress(f.remote))),
      ),
    )
    return { packets: beside.packets, bytes: Math.max(0, beside.bytes - forOthers) }
  }
}

/** Overhead of a relay, and what was sent again: a payload and a quarter. */
const overhead = 5 / 4
/** What a node sends to introduce two others, whose payload does not go through it. */
const introductionBytes = 1024
/** What answers a payload that came by a relay, of what came: its own might go by that relay too. */
const answersByRelay = 1 / 8

/**
 * Bytes that this node sent for another attempt: a relay passes on no more than came in from the other end, and next to
 * nothing of a payload that went end to end; a callee answers with no more than half of what came from the caller, and
 * an eighth of what came by a relay. Neither is more than that attempt's payload accounts for: else a payload of this
 * node could hide in it.
 */
function accountedFor(
  other: Attempt,
  { pair: { from: node }, localPort }: Attempt,
  scene: Scene,
  counters: Counters,
  own: readonly SentFlow[],
): number {
  const [a, b] = [outsideAddresses(other.pair.from, scene), outsideAddresses(other.pair.to, scene)]
  const came = (from: ReadonlySet<string>): number =>
    Math.min(volumeOf(other) * overhead, total(counters.in.filter((f) => from.has(normalAddress(f.remote)))).bytes)
  const went = (to: ReadonlySet<string>): number =>
    total(own.filter((f) => f.protocol === 'udp' && to.has(normalAddress(f.remote)))).bytes
  if (other.pair.to === node) {
    const by = relaysBeside(other, scene)
    const answered = own.filter(
      (f) => f.protocol === 'udp' && f.localPort !== localPort && by.has(normalAddress(f.remote)),
    )
    const arrived = counters.in.filter((f) => f.localPort === other.servicePort && by.has(normalAddress(f.remote)))
    const most = Math.min(volumeOf(other) * overhead, total(arrived).bytes) * answersByRelay
    return Math.min(went(a), Math.floor(came(a) / 2)) + Math.min(total(answered).bytes, Math.floor(most))
  }
  const relayed = Math.min(went(b), came(a)) + Math.min(went(a), came(b))
  return wentStraight(other, scene) ? Math.min(relayed, introductionBytes) : relayed
}

/** Addresses of the nodes that relay and are no end of it. */
const relaysBeside = ({ pair }: Attempt, scene: Scene): ReadonlySet<string> =>
  new Set(
    bootstrapsOf(scene.fleet)
      .filter((n) => n.name !== pair.from && n.name !== pair.to)
      .flatMap((n) => [...outsideAddresses(n.name, scene)]),
  )

/** The other payload came from its caller itself, as the callee's counters tell, or the caller's where these do not. */
function wentStraight(attempt: Attempt, scene: Scene): boolean {
  const { pair, servicePort, localPort } = attempt
  const [caller, callee] = [pair.from, pair.to].map((n) => valueOf(scene.readings[n]?.counters))
  const [flows, port, remote] =
    callee == null ? [caller?.out ?? [], localPort, pair.to] : [callee.in, servicePort, pair.from]
  const addresses = outsideAddresses(remote, scene)
  return (
    total(flows.filter((f) => f.localPort === port && addresses.has(normalAddress(f.remote)))).bytes >=
    Math.max(1, volumeOf(attempt))
  )
}
