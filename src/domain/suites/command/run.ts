/** What the suite `command` is to do, what it writes down of each run, and what that is judged to be. */
import type { NodeName } from '../../fleet.ts'
import type { CustomTest } from '../../project.ts'
import type { Measured } from '../retry.ts'
import type { Sample } from '../sample.ts'

/** A command of the profile, for every project that it serves. */
export interface ProfileCommand extends CustomTest {
  readonly suite: string
}

/** `suite`: of the profile's own; absent: the configuration's. */
export interface AskedCommand extends CustomTest {
  readonly suite?: string
}

/** As the plan has it. */
export interface CommandWork {
  readonly commands: readonly AskedCommand[]
}

/**
 * `matched`: null where no pattern is asked for. Matched when it ran, because a stranger's pattern could keep a judge
 * busy for ever.
 */
export type CommandEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly matched: boolean | null }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'fault'; readonly by: 'infra' | 'harness'; readonly message: string }

/** One line of evidence: one command on one node. */
export interface CommandRun extends Measured {
  /** Its name. */
  readonly command: string
  readonly node: NodeName
  readonly end: CommandEnd
  /** The last bytes of its stdout, which the pattern was matched with. */
  readonly output: string
  /** The last characters of its stderr. */
  readonly errors: string
}

export interface CommandSample extends Sample {
  readonly subject: { readonly kind: 'node'; readonly node: NodeName }
  /** What it printed; empty of a success. */
  readonly output: string
}

/** What only its own section reads. */
export interface CommandFigures {
  readonly nodes: readonly NodeName[]
}
