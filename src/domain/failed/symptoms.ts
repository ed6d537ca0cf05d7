/** What of a failure its causes are recognised in. */
import type { BuildFaultFact } from '../events/readers.ts'

export interface FailedSubject {
  readonly suite: string
  readonly group: string
  readonly subject: string
  /** Of a pair. */
  readonly from: string | null
  readonly to: string | null
  readonly times: number
  /** Of the last time. */
  readonly sentence: string
}

export interface NewLines {
  readonly level: string
  readonly template: string
  readonly count: number
  readonly nodes: readonly string[]
  /** Against the last test that passed; null: none is known. */
  readonly change: 'new' | 'more often' | null
}

export interface LeftOut {
  readonly node: string
  readonly code: string | null
  readonly why: string
}

/** What of it all the causes are recognised in. */
export interface Symptoms {
  readonly stage: 'BUILD' | 'DEPLOY' | 'TEST'
  /** Why it failed, in the words of the ledger. */
  readonly why: string
  readonly reasons: readonly { readonly kind: string; readonly text: string }[]
  readonly buildFaults: readonly BuildFaultFact[]
  readonly failing: readonly FailedSubject[]
  /** Attempts that counted, and those that the network or our own tools took away. */
  readonly counted: number
  readonly uncounted: { readonly infra: number; readonly harness: number }
  /** "all 6 failing pairs have saorsa-10 as caller" */
  readonly shared: readonly string[]
  /** What the program claimed and the witnesses refute, and what else looked odd. */
  readonly findings: readonly { readonly kind: string; readonly message: string }[]
  /** Lines of the journals that the last test that passed did not have. */
  readonly lines: readonly NewLines[]
  readonly leftOut: readonly LeftOut[]
}
