/**
 * The failure that ended a session, as its newest entry keeps it: code and remedy, for whoever reads the end of a run.
 */
import type { Entry } from '../domain/ledger.ts'

export interface RecordedFailure {
  readonly code: string
  readonly remedy?: string
}

/**
 * Null where the newest entry tells of none. A session with too few nodes ended by the failure of the node that it
 * names.
 */
export function recordedFailure(entries: readonly Entry[]): RecordedFailure | null {
  const last = entries.at(-1)
  if (last?.event !== 'unrecoverable' && last?.event !== 'failed') return null
  const { facts } = last
  if ('code' in facts && facts.code !== undefined) return recorded(facts.code, facts.remedy)
  const excluded = 'excluded' in facts ? (facts.excluded ?? []) : []
  const named = excluded.find((e) => last.why.includes(e.message))
  return named === undefined ? null : recorded(named.code, named.remedy)
}

const recorded = (code: string, remedy: string | undefined): RecordedFailure => ({
  code,
  ...(remedy === undefined ? {} : { remedy }),
})
