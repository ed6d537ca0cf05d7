/** ICMP errors by the names that people know them by, of both versions of IP. */
import { hostPort } from '../addresses.ts'
import type { PacketHeaders, QuotedHeaders } from './capture.ts'

/** By type and code; a type alone where its codes do not matter. */
const names: Readonly<Record<1 | 58, Readonly<Record<string, string>>>> = {
  1: {
    '3.0': 'network unreachable',
    '3.1': 'host unreachable',
    '3.2': 'protocol unreachable',
    '3.3': 'port unreachable',
    '3.4': 'too big, and not to be cut',
    '3.9': 'network prohibited',
    '3.10': 'host prohibited',
    '3.13': 'prohibited by a filter',
    '3': 'unreachable',
    '5': 'another way is shorter',
    '11.0': 'it had passed too many routers',
    '11.1': 'fragments did not come in time',
    '12': 'its header is wrong',
  },
  58: {
    '1.0': 'no route',
    '1.1': 'prohibited by a filter',
    '1.3': 'host unreachable',
    '1.4': 'port unreachable',
    '1': 'unreachable',
    '2': 'too big',
    '3.0': 'it had passed too many routers',
    '3.1': 'fragments did not come in time',
    '4': 'its header is wrong',
  },
}

const namesOf = ({ proto, ip }: PacketHeaders): Readonly<Record<string, string>> | null =>
  proto === 1 && ip === 4 ? names[1] : proto === 58 && ip === 6 ? names[58] : null

/** An error, and no question, answer or neighbour's word. */
export const isError = (p: PacketHeaders): boolean => {
  const known = namesOf(p)
  if (known === null || p.type === undefined) return false
  return Object.keys(known).some((key) => Number(key.split('.')[0]) === p.type)
}

export function errorName(p: PacketHeaders): string {
  const known = namesOf(p) ?? {}
  const name = known[`${p.type}.${p.code}`] ?? known[String(p.type)] ?? `type ${p.type}, code ${p.code}`
  return p.mtu === undefined || p.mtu === 0 ? name : `${name} (${p.mtu} bytes pass)`
}

export const aboutText = ({ about }: PacketHeaders): string =>
  about === undefined
    ? ''
    : `, about ${protocolName(about)} ${end(about.src, about.sport)} → ${end(about.dst, about.dport)}`

const protocolName = ({ proto }: QuotedHeaders): string =>
  ({ 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMP' })[proto] ?? `protocol ${proto}`

const end = (address: string, port: number | undefined): string =>
  port === undefined ? address : hostPort(address, port)
