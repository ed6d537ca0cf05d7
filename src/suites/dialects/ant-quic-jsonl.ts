/**
 * The plain ant-quic program prints events and log lines into one stream, and some events that are no JSON; this turns
 * them into a claim, which is all they are.
 */
import type { Claim, Method } from '../../domain/evidence.ts'
import { eventIn, isSamePeer, textAt } from '../../domain/event-lines.ts'
import { normalAddress } from '../../domain/addresses.ts'
import type { Wanted } from '../drivers/driver.ts'

const methods: Readonly<Record<string, Method>> = {
  direct: 'direct',
  nat_traversed: 'hole_punched',
  relayed: 'relayed',
}
const mostLines = 60
const longestLine = 1000

export function readAntQuicClaim(stdout: string, exitCode: number | null, { peerId }: Pick<Wanted, 'peerId'>): Claim {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '')
  const events = lines.map(eventIn).filter((e) => e !== null)
  const ofTarget = (name: string, id: string) =>
    events.filter((e) => e['event'] === name && isSamePeer(textAt(e, id) ?? '', peerId))
  // Each connection is told again within a second, as inbound and direct whatever it is: the first one only.
  const [connected] = ofTarget('peer_connected', 'peer_id')
  const sent = ofTarget('send_to_complete', 'target').at(-1)
  const kind = connected === undefined ? null : textAt(connected, 'connection_type')
  const refused = lines.find((line) => /Failed to connect to peer\b/.test(line) && eventIn(line) === null)
  return {
    success: sent === undefined ? (connected === undefined ? null : true) : claimed(sent),
    method: kind !== null && Object.hasOwn(methods, kind) ? (methods[kind] ?? null) : null,
    remote: connected === undefined ? null : endpoint(textAt(connected, 'addr')),
    // Its events have no time.
    connectMs: null,
    error: (sent === undefined ? null : textAt(sent, 'error')) ?? refused?.trim().slice(0, longestLine) ?? null,
    upgraded: false,
    exitCode,
    brokenLines: lines.filter((line) => line.trimStart().startsWith('{') && eventIn(line) === null).length,
    lines: kept(lines),
  }
}

/** `sha_ok` is a constant of the program, and failed parts are counted beside it. */
const claimed = (sent: Readonly<Record<string, unknown>>): boolean =>
  textAt(sent, 'error') === null && sent['sha_ok'] === true && (sent['failures'] ?? 0) === 0

/** `udp://[::ffff:198.18.4.2]:9000` as `198.18.4.2:9000`. */
function endpoint(addr: string | null): string | null {
  if (addr === null) return null
  const bare = addr.replace(/^[a-z]+:\/\//, '')
  const found = /^\[(.*)\]:(\d{1,5})$/.exec(bare)
  if (found === null) return bare
  const address = normalAddress(found[1] ?? '')
  return address.includes(':') ? `[${address}]:${found[2]}` : `${address}:${found[2]}`
}

/** Events first where there is not room for all: a log line is longer and says less. In the order in which they came. */
function kept(lines: readonly string[]): readonly string[] {
  const isWord = (line: string): boolean => line.trimStart().startsWith('{')
  const words = lines
    .map((line, i) => ({ line, i }))
    .toSorted((a, b) => Number(isWord(b.line)) - Number(isWord(a.line)))
  return words
    .slice(0, mostLines)
    .toSorted((a, b) => a.i - b.i)
    .map(({ line }) => line.slice(0, longestLine))
}
