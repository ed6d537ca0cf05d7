/** When a remote call may be tried again (pure). */
import { Failure } from '../../domain/failure.ts'
import { failures } from '../../domain/failures/failures.ts'

/** Calls are tried this often in all. */
export const maxTries = 3

/** Connections that a server refuses to begin are asked for this often in all: MaxStartups is over in seconds. */
export const maxStarts = 5

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

/** A second or two help against a burst; more, and the time to connect is gone. */
export const pauseBeforeStart = (tried: number): number => Math.min(3000, pauseAfter(tried))

const losses: readonly string[] = ['T001', 'T002', 'T004', 'T007']

/** The connection ended, or could not be made again. */
export const isLost = (error: unknown): error is Failure =>
  error instanceof Failure && losses.includes(error.facts.code)

/** Nobody said that the connection ended: its keepalives stayed unanswered. */
export const isSilence = (error: Failure): boolean => error.facts.code === 'T001' && /keepalive/i.test(error.message)

export const afterLoss = (again: boolean, replayable: boolean): string =>
  again
    ? 'connects again and runs the command again'
    : replayable
      ? 'the command fails by its connection'
      : 'it may have run and is not safe to run twice, so it is not run again'
