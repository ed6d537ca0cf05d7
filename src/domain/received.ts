/** The receiver's own word about a payload, from the text that it wrote: the same reading for the run and for `verify`. */
import { fieldIn, isPeerId } from './event-lines.ts'
import type { Claim, ReceiverRecord } from './evidence.ts'
import { objectIn } from './json-path.ts'
import { patternOf } from './pattern.ts'
import type { Profile, RecordBy, RecordFields } from './profile.ts'
import { recordOfEvents, type Expected } from './received-events.ts'

/** What a program writes may be megabytes; no record of a payload is. */
export const longestRecord = 4000

/** How a receiver's words are read: where they stand, and what they are about. */
export type RecordForm = Pick<Profile, 'record' | 'payload'>

/** The id that a dialler says it had; undefined: it says none, or is not asked. */
export function dialledAs({ dial }: Pick<Profile, 'dial'>, { lines }: Pick<Claim, 'lines'>): string | undefined {
  const id = dial.kind === 'commanded' && dial.id !== null ? fieldIn(lines, dial.id) : null
  return id !== null && isPeerId(id) ? id : undefined
}

/** Null: the text is no record of this payload. */
export function recordIn({ record: by, payload }: RecordForm, raw: string, about: Expected): ReceiverRecord | null {
  if (by.kind === 'events') return recordOfEvents(by, payload, raw, about)
  if (raw.length > longestRecord) return null
  const { nonce } = about
  switch (by.kind) {
    case 'jsonl':
    case 'http': {
      const object = objectIn(raw)
      return object?.[by.fields.nonce] === nonce ? recordOf(foundIn(object, by.fields), nonce, raw) : null
    }
    case 'log':
      return matched(by, raw, nonce)
    case 'none':
      return null
  }
}

/** Values that one record of the program holds, by our names. */
type Found = Readonly<Record<keyof RecordFields, unknown>>

/** The program's values by our names. */
const foundIn = (object: Readonly<Record<string, unknown>>, fields: RecordFields): Found => ({
  nonce: object[fields.nonce],
  bytes: object[fields.bytes],
  sha256: object[fields.sha256],
  from: object[fields.from],
  missing: object[fields.missing],
  completedMs: object[fields.completedMs],
})

/** Made once for each profile. */
const patterns = new WeakMap<RecordBy<'log'>, ReturnType<typeof patternOf>>()

function matched(by: RecordBy<'log'>, raw: string, nonce: string): ReceiverRecord | null {
  const pattern = patterns.get(by) ?? patternOf(by.pattern)
  patterns.set(by, pattern)
  // Most lines are of another attempt, and none of these needs a match.
  if ('fault' in pattern || !raw.includes(nonce)) return null
  const groups = pattern.groupsIn(raw)
  if (groups === null || groups['nonce'] !== nonce) return null
  const digits = (name: string): number | null => (/^\d{1,15}$/.test(groups[name] ?? '') ? Number(groups[name]) : null)
  return recordOf(
    {
      nonce,
      bytes: digits('bytes'),
      sha256: groups['sha256'],
      from: groups['from'],
      // A program that names no missing parts has none to name: length and hash decide.
      missing: pattern.groupNames.includes('missing') ? digits('missing') : 0,
      completedMs: digits('completedMs'),
    },
    nonce,
    raw,
  )
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** A value of another kind matches no payload. */
const recordOf = (found: Found, nonce: string, raw: string): ReceiverRecord => ({
  nonce,
  raw,
  bytes: number(found.bytes) ?? -1,
  sha256: String(found.sha256 ?? ''),
  from: typeof found.from === 'string' ? found.from : null,
  missing: number(found.missing) ?? -1,
  completedMs: number(found.completedMs),
})
