/** How many packets of which kind, from or to where, in how many bytes, and when: of one leg of a capture. */
import type { PacketHeaders } from './capture.ts'

const mostPlaces = 3

/** `place`: the end that is told, with its preposition. */
export function amountOf(packets: readonly PacketHeaders[], place: (p: PacketHeaders) => string): string {
  const groups = [
    ...Map.groupBy(
      packets.filter((p) => !isLater(p)),
      (p) => `${p.proto} ${place(p)}`,
    ).values(),
  ].toSorted((a, b) => b.length - a.length)
  const later = packets.filter(isLater)
  const parts = [
    ...groups.slice(0, mostPlaces).map((some) => groupText(some, place)),
    ...(groups.length > mostPlaces
      ? [
          `${groups.slice(mostPlaces).reduce((n, g) => n + g.length, 0)} packets of ${groups.length - mostPlaces} other kinds or ports`,
        ]
      : []),
    ...(later.length === 0 ? [] : [counted(later.length, 'later fragment')]),
  ]
  return `${parts.join(', ')} (${bytesOf(packets)} bytes${whenOf(packets)})`
}

/** It says no ports: those stand in the first one. */
const isLater = (p: PacketHeaders): boolean => (p.offset ?? 0) > 0

function groupText(some: readonly PacketHeaders[], place: (p: PacketHeaders) => string): string {
  const [first] = some
  if (first === undefined) return ''
  const cut = some.filter((p) => p.more === true).length
  return `${counted(some.length, nameOf(first))}${tcpText(some)}${cut === 0 ? '' : `, ${cut} of them cut into fragments,`} ${place(first)}`
}

const bytesOf = (packets: readonly PacketHeaders[]): number => packets.reduce((n, p) => n + p.bytes, 0)

function whenOf(packets: readonly PacketHeaders[]): string {
  const times = packets.map((p) => p.us)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  return first === last
    ? `, after ${seconds(first)}`
    : `, the first after ${seconds(first)}, the last after ${seconds(last)}`
}

const seconds = (us: number): string => `${(us / 1e6).toFixed(2)} s`

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

const nameOf = ({ proto }: PacketHeaders): string =>
  proto === 17
    ? 'UDP datagram'
    : proto === 6
      ? 'TCP segment'
      : proto === 1 || proto === 58
        ? 'ICMP packet'
        : `packet of protocol ${proto}`

const [syn, rst, ack] = [2, 4, 16]

/** Of connections that were asked for, and refused. */
function tcpText(some: readonly PacketHeaders[]): string {
  const opening = some.filter(({ flags = 0 }) => (flags & syn) !== 0 && (flags & ack) === 0).length
  const resets = some.filter(({ flags = 0 }) => (flags & rst) !== 0).length
  const said = [opening === 0 ? '' : `${opening} SYN`, resets === 0 ? '' : `${resets} RST`].filter((t) => t !== '')
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}
