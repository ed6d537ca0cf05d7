/** One row of the table of events: its facts as a schema, and what it means for the session. */
import { z } from 'zod'

export type Result = 'passed' | 'failed' | 'inconclusive'

/** Of what had failed before a fix: all of it succeeds, some of it fails, or it cannot be told. */
export type RedEvent = 'green' | 'still-red' | 'unclear'

export interface Meaning {
  /** Something was done: one more of these. */
  readonly counts?: 'builds' | 'deploys' | 'tests' | 'fixes' | 'restarts'
  /** The newest event that has one decides what a title says. */
  readonly outcome?: 'progress' | Result
  /** An end that no test led to. */
  readonly ends?: true
  readonly by?: 'person'
  /** Said of a state that goes on: nothing was done in it. */
  readonly note?: true
  /** Sealed like a test, of a few attempts: no verdict of the program. */
  readonly part?: true
  /** Drawn as trouble in a timeline. */
  readonly trouble?: true
  /** What the exit code says of a session whose newest event it is; `fault` depends on the failure. */
  readonly exit: 'failed' | 'inconclusive' | 'fault'
}

export interface Row {
  readonly facts: z.ZodType
  readonly meaning: Meaning
}

export const row = <Shape extends z.ZodRawShape>(shape: Shape, meaning: Meaning = { exit: 'failed' }) => ({
  facts: z.object(shape).readonly(),
  meaning,
})
