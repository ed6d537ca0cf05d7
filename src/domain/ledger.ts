/** The hash chain: every entry names the hash of the one before, so that no entry can be changed, dropped or moved unseen. */
import { createHash } from 'node:crypto'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface Entry {
  readonly session: string
  /** 0, 1, 2 … without gaps. */
  readonly seq: number
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string
  /** Unix milliseconds of the writer's clock. */
  readonly at: number
  readonly from: string
  readonly event: string
  readonly to: string
  /** Why, in one sentence for a person. */
  readonly why: string
  /** What the stage learned: counts, digests, reasons. Never secrets. */
  readonly facts: { readonly [key: string]: Json }
  /** SHA-256 of the canonical JSON of all other fields. */
  readonly hash: string
}

export const genesis = '0'.repeat(64)

/** JSON with sorted keys and no spaces: one value, one text. */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const object = value as { readonly [key: string]: Json | undefined }
  return `{${Object.keys(object)
    .filter((k) => object[k] !== undefined)
    .sort()
    .map((k) => `${JSON.stringify(k)}:${canonical(object[k] as Json)}`)
    .join(',')}}`
}

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** Over everything but the hash itself, so that a field nobody knows cannot be slipped in. */
export function hashOf(entry: Omit<Entry, 'hash'>): string {
  const { hash: _, ...rest } = entry as Entry
  return sha256(canonical(rest))
}

/** The next entry of a chain. */
export function chain(entries: readonly Entry[], body: Omit<Entry, 'hash' | 'prev' | 'seq'>): Entry {
  const last = entries.at(-1)
  const entry = { ...body, seq: last === undefined ? 0 : last.seq + 1, prev: last?.hash ?? genesis }
  return { ...entry, hash: hashOf(entry) }
}

/** Every break of the chain, in words; empty when whole. `session`: whose chain it must be, else that of its first entry. */
export function chainFaults(entries: readonly Entry[], session = entries[0]?.session): readonly string[] {
  const faults: string[] = []
  entries.forEach((e, i) => {
    if (e.seq !== i) faults.push(`entry ${i} has seq ${e.seq}`)
    if (e.prev !== (entries[i - 1]?.hash ?? genesis)) faults.push(`entry ${i} does not follow the one before`)
    if (e.hash !== hashOf(e)) faults.push(`entry ${i} was changed after it was written`)
    if (e.session !== session) faults.push(`entry ${i} belongs to session ${e.session}`)
  })
  return faults
}
