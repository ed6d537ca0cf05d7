/** The exit code that a session's end has (architecture: exit codes). */
import { exitCodes, recordedKind } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Session } from '../domain/session.ts'

/** Ends that say nothing about the program. */
const saysNothing: readonly string[] = ['inconclusive', 'stop', 'superseded', 'missed', 'expired', 'queued', 'claimed']

/** What others may build on: what a person must approve has not passed before he has (spec §4, proof manual-verify). */
export function settledCode(session: Session, entries: readonly Entry[]): number {
  const code = exitCode(session, entries)
  return code === exitCodes.passed && session.manualVerify && session.state !== 'COMPLETE'
    ? exitCodes.inconclusive
    : code
}

/** As far as the session has come: 0 passed · 10 infrastructure · 20 product failed · 30 inconclusive. A wait after a pass has passed so far. */
export function exitCode(session: Session, entries: readonly Entry[]): number {
  const last = entries.at(-1)
  if (
    session.state === 'COMPLETE' ||
    session.state === 'WAIT_1HR' ||
    session.state === 'WAIT_6HR' ||
    session.state === 'AWAIT_APPROVAL'
  )
    return exitCodes.passed
  if (last?.event === 'unrecoverable')
    return recordedKind(last.facts['code']) === 'usage' ? exitCodes.usage : exitCodes.infra
  if (saysNothing.includes(last?.event ?? '')) return exitCodes.inconclusive
  return exitCodes.failed
}
