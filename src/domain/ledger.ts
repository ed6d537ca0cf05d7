/**
 * The hash chain: every entry names the hash of the one before, so that no entry can be changed, dropped or moved
 * unseen.
 */
import { canonical, sha256 } from './canonical.ts'
import type { Entry, EntryBody } from './events/entry.ts'

export { canonical, sha256, type Json } from './canonical.ts'
export type { Entry }

export const genesis = '0'.repeat(64)

/** Over everything but the hash itself, so that a field nobody knows cannot be slipped in. */
export function hashOf(entry: object): string {
  const { hash: _, ...rest } = { hash: '', ...entry }
  return sha256(canonical(rest))
}

/** The next entry of a chain. */
export function chain(entries: readonly Entry[], body: EntryBody): Entry {
  const last = entries.at(-1)
  const entry = { ...body, seq: last === undefined ? 0 : last.seq + 1, prev: last?.hash ?? genesis }
  return { ...entry, hash: hashOf(entry) }
}

/**
 * Every break of the chain, in words; empty when whole. `session`: whose chain it must be, else that of its first
 * entry.
 */
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
