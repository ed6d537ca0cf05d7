/** A capture as the prober told it, line by line; a line that is none makes all of it not read. */
import { notRead, thereIs, type Read } from '../evidence.ts'
import { mostPackets, type Capture, type PacketHeaders, type QuotedHeaders } from './capture.ts'
import { packetShape } from './shape.ts'

type Fields = Readonly<Record<string, unknown>>

/** `events`: the objects among the lines that it printed. */
export function captureIn(events: readonly Fields[]): Read<Capture> {
  const end = events.find((e) => e['event'] === 'captured')
  if (end === undefined) {
    const error = events.find((e) => e['event'] === 'error')?.['message']
    return notRead(typeof error === 'string' ? error.slice(0, 200) : 'the capture did not come to its end')
  }
  const told = events.filter((e) => e['event'] === 'packet')
  const fault = told.map((e) => packetShape(e)).find((f) => f !== null)
  const [beyond, others, dropped] = [end['beyond'], end['others'], end['dropped']]
  if (fault !== undefined) return notRead(`a line of the capture: ${fault.trim()}`)
  if (told.length > mostPackets || end['told'] !== told.length || !isCount(beyond) || !isCount(others))
    return notRead('lines of the capture are missing')
  return thereIs({
    packets: told.map((e) => packetOf(e as Fields & PacketHeaders)),
    beyond,
    others,
    dropped: isCount(dropped) ? dropped : null,
  })
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

/** Its own fields alone, in one order. */
const packetOf = (p: PacketHeaders): PacketHeaders => ({
  us: p.us,
  way: p.way,
  dev: p.dev,
  ip: p.ip,
  proto: p.proto,
  src: p.src,
  dst: p.dst,
  ...(p.sport === undefined ? {} : { sport: p.sport }),
  ...(p.dport === undefined ? {} : { dport: p.dport }),
  bytes: p.bytes,
  ttl: p.ttl,
  ...(p.id === undefined ? {} : { id: p.id }),
  ...(p.df === undefined ? {} : { df: p.df }),
  ...(p.offset === undefined ? {} : { offset: p.offset }),
  ...(p.more === undefined ? {} : { more: p.more }),
  ...(p.flags === undefined ? {} : { flags: p.flags }),
  ...(p.type === undefined ? {} : { type: p.type }),
  ...(p.code === undefined ? {} : { code: p.code }),
  ...(p.mtu === undefined ? {} : { mtu: p.mtu }),
  ...(p.about === undefined ? {} : { about: quotedOf(p.about) }),
})

const quotedOf = (q: QuotedHeaders): QuotedHeaders => ({
  proto: q.proto,
  src: q.src,
  dst: q.dst,
  ...(q.sport === undefined ? {} : { sport: q.sport }),
  ...(q.dport === undefined ? {} : { dport: q.dport }),
})
