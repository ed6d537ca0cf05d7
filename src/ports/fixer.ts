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
  /** Ends of paths that are never its to change: the plan's profile and fleet. */
  readonly guarded: readonly string[]
  /** What this session had before. */
  readonly before: Before
}

export type FixEnd =
  | { readonly kind: 'fixed'; readonly made: Omit<FixFacts, 'red' | 'first'> }
  | { readonly kind: 'gave up'; readonly reason: GaveUpReason; readonly why: string }

export interface Fixer {
  fix(asked: FixAsked, signal: AbortSignal): Promise<FixEnd>
}
