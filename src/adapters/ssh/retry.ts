/** When a remote call may be tried again (pure). */
import { Failure } from '../../domain/failure.ts'

/** Calls are tried this often in all. */
export const maxTries = 3

/** Lost connection, lost channel, nothing answers, channel refused, start refused. Not a deadline, not a refused key, not our own close. */
const passing: ReadonlySet<string> = new Set(['T001', 'T002', 'T004', 'T006', 'T007'])

/** A refused start happens before anything was sent, so it is safe for every command; the rest only for those that may run twice. */
export function mayRetry(error: unknown, tried: number, replayable: boolean): boolean {
  return (
    replayable &&
    tried < maxTries &&
    error instanceof Failure &&
    error.kind === 'transport' &&
    passing.has(error.facts.code)
  )
}

/** Milliseconds to wait after try number `tried` (from 1): 300, 1200, … */
export const pauseAfter = (tried: number): number => 300 * 4 ** (tried - 1)
