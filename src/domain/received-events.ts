/** A receiver's word as events of its journal: what it says came from the one peer that the dialler was. */
import { eventIn, isEvent, isSamePeer, textAt } from './event-lines.ts'
import type { ReceiverRecord } from './evidence.ts'
import { framedBytes, payloadParts } from './framing.ts'
import type { Profile, ReceivedEvent, RecordEvents } from './profile.ts'

/** More lines than any payload here has parts; what a program writes may be megabytes. */
const mostLines = 200
const longestLine = 1000

/** What is known of a payload before anybody is asked. */
export interface Expected {
  readonly nonce: string
  readonly bytes: number
  /** The id that the dialler had; absent: it named none. */
  readonly dialledAs?: string | undefined
}

/** The lines that concern this peer, of those that a node answered with. */
export const linesOf = (by: RecordEvents, lines: readonly string[], peer: string): readonly string[] =>
  lines
    .filter((line) => line.length <= longestLine && concerns(by, line, peer))
    .map((line) => line.trim())
    .slice(0, mostLines)

function concerns({ connected, received }: RecordEvents, line: string, peer: string): boolean {
  const event = eventIn(line)
  return (
    event !== null &&
    [connected, ...received].some(({ where, id }) => isEvent(event, where) && isSamePeer(textAt(event, id) ?? '', peer))
  )
}

/**
 * Null: nothing of a payload was written down for this peer. A part counts once, with the length that it must have; any
 * other event of a part is one that does not belong to this payload, and counts as missing.
 */
export function recordOfEvents(
  by: RecordEvents,
  payload: Profile['payload'],
  raw: string,
  { nonce, bytes, dialledAs: peer }: Expected,
): ReceiverRecord | null {
  if (peer === undefined || payload.kind !== 'generated') return null
  const lines = raw.split('\n')
  const told = linesOf(by, lines, peer)
  if (told.length !== lines.length) return null
  const events = told.map(eventIn).filter((e) => e !== null)
  const parts = events.flatMap((event) => by.received.flatMap((of) => partIn(of, event, peer) ?? []).slice(0, 1))
  if (parts.length === 0) return null
  const lengths = payloadParts(bytes, payload.chunkBytes)
  const came = new Set<number>()
  let strays = 0
  for (const part of parts.toSorted((a, b) => Number(a.sequence === null) - Number(b.sequence === null))) {
    const at = lengths.findIndex(
      (length, i) =>
        !came.has(i) &&
        (part.sequence === null
          ? part.bytes === framedBytes(payload.framing, i, length)
          : part.sequence === i && part.bytes === length),
    )
    if (at === -1) strays++
    else came.add(at)
  }
  const first = events.find((e) => isEvent(e, by.connected.where) && isSamePeer(textAt(e, by.connected.id) ?? '', peer))
  return {
    nonce,
    raw,
    bytes: [...came].reduce((n, i) => n + (lengths[i] ?? 0), 0),
    sha256: '',
    from: first === undefined ? null : (textAt(first, by.connected.from)?.replace(/^[a-z]+:\/\//, '') ?? null),
    missing: lengths.length - came.size + strays,
    completedMs: null,
  }
}

interface Part {
  /** Null: it carries no number of its own. */
  readonly sequence: number | null
  readonly bytes: number
}

function partIn(of: ReceivedEvent, event: Readonly<Record<string, unknown>>, peer: string): Part | null {
  if (!isEvent(event, of.where) || !isSamePeer(textAt(event, of.id) ?? '', peer)) return null
  const number = (name: string): number | null => {
    const text = textAt(event, name)
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
  }
  if (of.kind === 'framed') {
    const bytes = number(of.wireBytes)
    return bytes === null ? null : { sequence: null, bytes }
  }
  const [sequence, bytes] = [number(of.sequence), number(of.bytes)]
  if (sequence === null || bytes === null) return null
  // A part that the receiver found damaged is told, and is none of the payload.
  return { sequence, bytes: of.whole === null || textAt(event, of.whole) === 'true' ? bytes : -1 }
}
