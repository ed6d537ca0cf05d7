/** When a remote call may be tried again (pure). */
import { Failure } from '../../domain/failure.ts'
import { failures } from '../../domain/failures/failures.ts'

/** Calls are tried this often in all. */
export const maxTries = 3

/** From eight channels to one, and then over fresh connections. */
export const mostRefusals = 7

/**
 * A refused start happens before anything was sent, so it is safe for every command; the rest only for those that may
 * run twice.
 */
export function mayRetry(error: unknown, tried: number, replayable: boolean): boolean {
  return replayable && tried < maxTries && error instanceof Failure && failures[error.facts.code].retryable === true
}

/** Milliseconds to wait after try number `tried` (from 1): 300, 1200, … */
export const pauseAfter = (tried: number): number => 300 * 4 ** (tried - 1)
