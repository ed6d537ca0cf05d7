/** What the headers of a captured pair show, in sentences that say nothing more than these headers do. */
import { hostPort, normalAddress } from '../addresses.ts'
import { valueOf } from '../evidence.ts'
import type { NodeName } from '../fleet.ts'
import type { Capture, CapturedEnd, CapturedPeer, PacketHeaders, PairCapture } from './capture.ts'
import { aboutText, errorName, isError } from './icmp.ts'
import { amountOf } from './amount.ts'

export function captureSentences({ ends: [caller, callee] }: Pick<PairCapture, 'ends'>): readonly string[] {
  return [
    ...unread(caller),
    ...unread(callee),
    ...legText(caller, callee),
    ...legText(callee, caller),
    ...errorsAt(caller),
    ...errorsAt(callee),
    ...besides(caller),
    ...besides(callee),
    ...lacking(caller),
    ...lacking(callee),
  ]
}

const unread = ({ node, seen }: CapturedEnd): readonly string[] =>
  seen.kind === 'there'
    ? []
    : [`the packets of ${node} were not read: ${seen.kind === 'absent' ? 'nobody was asked' : seen.why}`]

/** What one end sent to the other, and what of that end's came there. */
function legText(from: CapturedEnd, to: CapturedEnd): readonly string[] {
  const [left, came] = [valueOf(from.seen), valueOf(to.seen)]
  if (left === null && came === null) return []
  const sent =
    left === null ? null : onOneInterface(left.packets.filter((p) => p.way === 'out' && isWith(p, from.peers[0])))
  const arrived =
    came === null ? null : onOneInterface(came.packets.filter((p) => p.way === 'in' && isWith(p, to.peers[0])))
  const first =
    sent === null
      ? null
      : sent.packets.length === 0
        ? `${from.node} sent ${nothing(left)} to ${addressesOf(from.peers[0], to.node)}`
        : `${from.node} sent ${amountOf(sent.packets, destination)}${sent.note}`
  const second =
    arrived === null
      ? null
      : arrived.packets.length === 0
        ? `${nothing(came)} of it arrived at ${to.node}`
        : `${amountOf(arrived.packets, source)} arrived at ${to.node}${arrived.note}`
  // Nothing that was sent needs no word about its arrival.
  if (sent?.packets.length === 0 && arrived?.packets.length === 0) return [first ?? '']
  if (first === null && arrived?.packets.length === 0)
    return [`${nothing(came)} from ${addressesOf(to.peers[0], from.node)} arrived at ${to.node}`]
  return [[first, second].filter((t) => t !== null).join('; ')]
}

/** Where packets are missing in the capture, nothing among them is no proof that there was nothing. */
const nothing = (c: Capture | null): string => (c === null || isWhole(c) ? 'nothing' : 'nothing that was kept')

const isWhole = ({ beyond, dropped }: Capture): boolean => beyond === 0 && dropped === 0

const isWith = (p: PacketHeaders, peer: CapturedPeer | undefined): boolean => {
  const other = normalAddress(p.way === 'out' ? p.dst : p.src)
  return !isError(p) && peer !== undefined && peer.addresses.some((a) => normalAddress(a) === other)
}

const addressesOf = (peer: CapturedPeer | undefined, node: NodeName): string =>
  peer === undefined || peer.addresses.length === 0 ? node : `${node} (${peer.addresses.join(', ')})`

/** A packet that passes a bridge, and an interface behind it, is seen at both. */
function onOneInterface(packets: readonly PacketHeaders[]): {
  readonly packets: readonly PacketHeaders[]
  readonly note: string
} {
  const all = [...Map.groupBy(packets, (p) => p.dev)].toSorted(([, a], [, b]) => b.length - a.length)
  const [busiest, ...others] = all
  if (busiest === undefined) return { packets: [], note: '' }
  const besidesIt = others.map(([dev, some]) => `${some.length} seen on ${dev}`).join(', ')
  return { packets: busiest[1], note: besidesIt === '' ? '' : ` (on ${busiest[0]}; ${besidesIt})` }
}

const destination = (p: PacketHeaders): string => endpoint(p.dst, p.dport, 'to')
const source = (p: PacketHeaders): string => endpoint(p.src, p.sport, 'from')
const endpoint = (address: string, port: number | undefined, word: string): string =>
  `${word} ${port === undefined ? address : hostPort(address, port)}`

const mostErrors = 4

/** Errors that came back to it, each kind once for each packet that it is about. */
function errorsAt({ node, seen }: CapturedEnd): readonly string[] {
  const errors = (valueOf(seen)?.packets ?? []).filter((p) => isError(p) && p.way === 'in')
  const kinds = Map.groupBy(errors, (p) => `${p.src} told it: ${errorName(p)}${aboutText(p)}`)
  const said = [...kinds].map(([text, some]) => `${text}${some.length === 1 ? '' : ` (${some.length} times)`}`)
  if (said.length === 0) return []
  const more = said.length > mostErrors ? `; ${said.length - mostErrors} kinds more` : ''
  return [`${node} got ICMP errors: ${said.slice(0, mostErrors).join('; ')}${more}`]
}

/** With those that could tell of it, introduce or relay it: in numbers alone. */
function besides({ node, peers, seen }: CapturedEnd): readonly string[] {
  const packets = valueOf(seen)?.packets ?? []
  const lines = peers.slice(1).flatMap((peer) => {
    const ours = packets.filter((p) => isWith(p, peer))
    const [out, into] = [ours.filter((p) => p.way === 'out'), ours.filter((p) => p.way === 'in')].map(onOneInterface)
    return ours.length === 0 ? [] : [`${peer.node}: ${out?.packets.length ?? 0} out, ${into?.packets.length ?? 0} in`]
  })
  return lines.length === 0 ? [] : [`packets of ${node} with ${lines.join('; ')}`]
}

const lacking = ({ node, seen }: CapturedEnd): readonly string[] => {
  const capture = valueOf(seen)
  if (capture === null || isWhole(capture)) return []
  const { packets, beyond, dropped } = capture
  return [
    ...(beyond === 0 ? [] : [`of ${node} the first ${packets.length} packets were kept, ${beyond} more were not`]),
    ...(dropped === 0
      ? []
      : [
          dropped === null
            ? `whether the kernel of ${node} left packets out is not known`
            : `the kernel of ${node} left ${dropped} packets out`,
        ]),
  ]
}
