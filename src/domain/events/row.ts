/** One row of the table of events: its facts as a schema, and what it means for the session. */
import { z } from 'zod'

export type Result = 'passed' | 'failed' | 'inconclusive'

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
