/** The failure that ended a session, as its newest entry keeps it: code and remedy, for whoever reads the end of a run. */
import type { Entry, Json } from '../domain/ledger.ts'

export interface RecordedFailure {
  readonly code: string
  readonly remedy?: string
}

/** Null where the newest entry tells of none. A session with too few nodes ended by the failure of the node that it names. */
export function recordedFailure(entries: readonly Entry[]): RecordedFailure | null {
  const last = entries.at(-1)
  if (last === undefined || (last.event !== 'unrecoverable' && last.event !== 'failed')) return null
  const own = failureIn(last.facts)
  if (own !== null) return own
  const excluded = Array.isArray(last.facts['excluded']) ? last.facts['excluded'] : []
  const named = excluded.find((e) => {
    const message = field(e, 'message')
    return message !== undefined && last.why.includes(message)
  })
  return failureIn(named ?? null)
}

function failureIn(from: Json): RecordedFailure | null {
  const [code, remedy] = [field(from, 'code'), field(from, 'remedy')]
  return code === undefined ? null : { code, ...(remedy === undefined ? {} : { remedy }) }
}

function field(of: Json, key: string): string | undefined {
  if (typeof of !== 'object' || of === null) return undefined
  const value = Object.entries(of).find(([name]) => name === key)?.[1]
  return typeof value === 'string' ? value : undefined
}
