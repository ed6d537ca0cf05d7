/**
 * What is known of a failure by its code alone: its kind, its meaning, and a remedy where it is the same everywhere.
 */

export type FailureKind = 'usage' | 'transport' | 'infra' | 'harness' | 'product' | 'busy'

export interface FailureRow {
  /** Who has to act; it decides the exit code. */
  readonly kind: FailureKind
  /** One plain phrase, for docs/errors.md. */
  readonly means: string
  /** A command that works as it is typed, wherever the failure is met. The place that throws may know a better one. */
  readonly remedy?: string
  /** For the list: what the place that throws fills in. */
  readonly remedyAtSite?: string
  /** The remedy on a person's terminal, where it differs from that of a job. */
  readonly terminalRemedy?: string
  /** Why no command helps. */
  readonly noRemedy?: string
  /** The remote call may be tried again: nothing is known to have run. */
  readonly retryable?: true
  /** The build host may still be able to build. */
  readonly buildHostMayHelp?: true
}

type Traits = Omit<FailureRow, 'kind' | 'means'>

/** Makes the rows of one kind. */
export const rowsOf =
  (kind: FailureKind) =>
  (means: string, traits: Traits = {}): FailureRow => ({ kind, means, ...traits })
