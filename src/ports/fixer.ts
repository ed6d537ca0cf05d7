/** What FIX needs from the world: one try of the project's fix command, from a commit to a commit. */
import type { FixConfig } from '../domain/fix/config.ts'
import type { FixFacts, GaveUpReason } from '../domain/fix/end.ts'
import type { Before } from '../domain/fix/guards.ts'

export interface FixAsked {
  readonly project: string
  readonly session: string
  /** From 1, of this session. */
  readonly number: number
  /** The tested commit. */
  readonly commit: string
  /** Directory that the commands begin in, within the repository. */
  readonly workspace: string
  readonly config: FixConfig
  /** JSON, for the command. */
  readonly diagnosis: string
  /** Of the commit. */
  readonly subject: string
  readonly body: string
  /** Ends of paths that are never its to change, nor what links lead to from there: profile, fleet, known failures. */
  readonly guarded: readonly string[]
  /** What this session had before. */
  readonly before: Before
}

export type MadeFix = Omit<FixFacts, 'red' | 'first' | 'pushed'>

export type FixEnd =
  | { readonly kind: 'fixed'; readonly made: MadeFix }
  | { readonly kind: 'gave up'; readonly reason: GaveUpReason; readonly why: string }

/** A branch of a fix, and the remote of the person's checkout that is to have it. */
export interface PushAsked {
  readonly remote: string
  readonly branch: string
  readonly commit: string
  /** The commit that was tested before it. */
  readonly parent: string
}

export interface ProposalAsked extends PushAsked {
  /** The branch that the session tests; the repository's main branch where the remote has none of that name. */
  readonly base: string | null
  readonly title: string
  /** Markdown. */
  readonly body: string
}

/** What is there already stays as it is: each of these may be asked again. */
export interface Fixer {
  fix(asked: FixAsked, signal: AbortSignal): Promise<FixEnd>
  /** Null: the remote has it; otherwise why not. */
  push(asked: PushAsked, signal: AbortSignal): Promise<string | null>
  /** A pull request of it: its URL, or why there is none. */
  propose(asked: ProposalAsked, signal: AbortSignal): Promise<Proposed>
}

export type Proposed =
  | { readonly kind: 'proposed'; readonly url: string }
  | { readonly kind: 'not proposed'; readonly why: string }
