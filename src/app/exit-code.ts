/** The exit code that a session's end has (architecture: exit codes). */
import { exitCodes, recordedKind } from '../domain/failure.ts'
import { meaningOf } from '../domain/events/entry.ts'
import type { Entry } from '../domain/ledger.ts'
import { traitsOf } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'

/** What others may build on: what a person must approve has not passed before he has (spec §4, proof manual-verify). */
export function settledCode(session: Session, entries: readonly Entry[]): number {
  const code = exitCode(session, entries)
  return code === exitCodes.passed && session.manualVerify && session.state !== 'COMPLETE'
    ? exitCodes.inconclusive
    : code
}

/**
 * As far as the session has come: 0 passed · 10 infrastructure · 20 product failed · 30 inconclusive. A wait after a
 * pass has passed so far.
 */
export function exitCode(session: Session, entries: readonly Entry[]): number {
  const last = entries.at(-1)
  if (traitsOf(session.state).standing === 'passed') return exitCodes.passed
  if (last?.event === 'unrecoverable')
    return recordedKind(last.facts.code) === 'usage' ? exitCodes.usage : exitCodes.infra
  return last !== undefined && meaningOf(last).exit === 'inconclusive' ? exitCodes.inconclusive : exitCodes.failed
}
