/** What a job of a workflow has: typed inputs, the facts of its run, and ways to tell what it did. */
import type { Surface } from '../adapters/github/surface.ts'
import type { Origin } from '../domain/writer.ts'
import type { ArtifactStore } from '../ports/forge.ts'
import type { KeySource } from '../world.ts'
import type { Context } from '../app/context.ts'
import type { SessionStore } from '../app/sessions.ts'
import type { Inputs } from './inputs.ts'

/** What the runner says of this run. */
export interface RunnerContext {
  /** `owner/name` of the tested repository. */
  readonly repository: string
  readonly serverUrl: string
  readonly run: string
  readonly attempt: number
  readonly runUrl: string
  readonly origin: Origin
  /** The workflow's file name and ref, for a line that starts it again. */
  readonly workflow: string
  readonly ref: string
  /** What a pull request goes into; the default branch of anything else. Null: unknown. */
  readonly baseBranch: string | null
  /** Of the pull request that this run is for: its author's words. */
  readonly pullTitle: string | null
  /** Questions of the dispatch form that was filled in; null: there was none. */
  readonly form: readonly string[] | null
  /** For files of this job. */
  readonly temp: string
}

export interface Job {
  readonly context: Context
  readonly inputs: Inputs
  readonly facts: RunnerContext
  readonly surface: Surface
  readonly artifacts: ArtifactStore | null
  /** Where the base branch's proofs are: the ledger branch, also for runs that must not write it. */
  readonly baseHome: SessionStore
  /** The fleet's private key; null where the fleet names its own. */
  readonly key: KeySource | null
}

/** How a command of the Action ends: the exit code of the command line, and one line for the title of a failure. */
export interface JobResult {
  readonly code: number
  readonly title: string
}
