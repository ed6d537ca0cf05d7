/** What the callee's side shows of a payload: its record, and the payload itself where it is kept. */
import type { Attempt, ReceiverRecord } from '../../evidence.ts'
import type { Promises } from '../../promises.ts'
import type { Grade } from '../sample.ts'

/** What the callee's side shows of the payload. */
export type Possession =
  | { readonly kind: 'unpromised' }
  | { readonly kind: 'fault'; readonly why: string }
  | { readonly kind: 'unread'; readonly why: string }
  /** `unpredictable`: only who had the payload, or was told its hash (or its length), could write it down. */
  | { readonly kind: 'record'; readonly unpredictable: boolean }
  | { readonly kind: 'possession' }

export function possessionOf(attempt: Attempt, promises: Promises): Possession {
  if (!promises.record) return { kind: 'unpromised' }
  if (attempt.record.kind === 'not-read') return { kind: 'unread', why: attempt.record.why }
  const why = faultOfRecord(attempt) ?? (promises.kept ? faultOfKept(attempt) : null)
  if (why !== null) return { kind: 'fault', why }
  return promises.kept && attempt.kept?.kind === 'there'
    ? { kind: 'possession' }
    : { kind: 'record', unpredictable: promises.payload === 'given' || promises.payload === 'generated' }
}

export const gradeOf = (possession: Possession): Grade =>
  possession.kind === 'possession' ? 'A' : possession.kind === 'record' && possession.unpredictable ? 'B' : 'C'

function faultOfRecord({ record: read, ...attempt }: Attempt): string | null {
  if (read.kind === 'absent') return "the receiver's record is missing"
  // What was not read is nobody's fault: it witnesses nothing.
  if (read.kind === 'not-read') return null
  const record: ReceiverRecord = read.value
  if (record.nonce !== attempt.nonce) return "the receiver's record is of another nonce"
  if (record.missing !== 0) return `the receiver's record misses ${record.missing} parts`
  if (record.bytes !== attempt.bytes) return `the receiver's record has ${record.bytes} of ${attempt.bytes} bytes`
  return record.sha256.toLowerCase() === attempt.expectedSha256.toLowerCase()
    ? null
    : "the receiver's record has the wrong hash"
}

function faultOfKept({ kept, bytes, expectedSha256 }: Attempt): string | null {
  if (kept === null || kept.kind === 'not-read') return null
  if (kept.kind === 'absent') return 'the receiver did not keep the payload where it promises to'
  if (kept.value.bytes !== bytes) return `the receiver kept ${kept.value.bytes} of ${bytes} bytes`
  return kept.value.sha256 === expectedSha256 ? null : 'what the receiver kept is not the payload'
}

/** Nobody without the payload, or its hash or length from somebody who had it, could have shown this. */
export const isUnpredictable = (p: Possession): boolean =>
  p.kind === 'possession' || (p.kind === 'record' && p.unpredictable)
