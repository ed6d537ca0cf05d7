/** What of a failure its causes are recognised in. */
import type { Diagnosis } from '../diagnosis.ts'
import type { BuildFaultFact } from '../events/readers.ts'
import type { Role } from '../fleet.ts'
import type { SampleOutcome } from '../suites/sample.ts'

/** One line that a cause rests on, and the file in which it stands, below the folder of the test or of the session. */
export interface EvidenceLine {
  readonly file: string
  readonly text: string
}

export interface FailedSubject {
  readonly suite: string
  readonly group: string
  readonly subject: string
  readonly outcome: SampleOutcome
  /** Of a pair. */
  readonly from: string | null
  readonly to: string | null
  /** Of one node alone. */
  readonly node: string | null
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
  /** How often it came in that one; null: none is known. */
  readonly before: number | null
}

export interface LeftOut {
  readonly node: string
  readonly code: string | null
  readonly why: string
}

/** One node of the plan: what it is, and what it told of itself afterwards. */
export interface NodeSymptoms {
  readonly node: string
  readonly role: Role
  /** As measured; as declared where it was not. */
  readonly nat: string
  readonly provider: string
  readonly region: string
  /** Null: it was not asked, or did not answer. */
  readonly found: Diagnosis | null
  /** Why it did not answer; null: it did, or was not asked. */
  readonly silent: string | null
  /** Where that is kept. */
  readonly file: string
}

/** What commands that look further are typed with. */
export interface Whereabouts {
  readonly project: string
  readonly session: string
  /** As a person names it. */
  readonly fleet: string
}

/** What of it all the causes are recognised in. */
export interface Symptoms {
  readonly stage: 'SETUP' | 'BUILD' | 'DEPLOY' | 'TEST'
  readonly on: Whereabouts
  /** Why it failed, in the words of the ledger. */
  readonly why: string
  /** Of the failure that ended it; null: it had none. */
  readonly code: string | null
  readonly reasons: readonly { readonly kind: string; readonly text: string }[]
  readonly buildFaults: readonly BuildFaultFact[]
  readonly failing: readonly FailedSubject[]
  /** What was tried and does not count, since something else than the program kept it from it. */
  readonly hindered: readonly FailedSubject[]
  /** Attempts that counted, and those that the network or our own tools took away. */
  readonly counted: number
  readonly uncounted: { readonly infra: number; readonly harness: number }
  /** "all 6 failing pairs have saorsa-10 as caller" */
  readonly shared: readonly string[]
  /** The same, as causes read it. */
  readonly common: readonly Common[]
  /** What is another than at the last test that passed. */
  readonly since: readonly string[]
  /** What the program claimed and the witnesses refute, and what else looked odd. */
  readonly findings: readonly { readonly kind: string; readonly node: string | null; readonly message: string }[]
  /** Lines of the journals that the last test that passed did not have. */
  readonly lines: readonly NewLines[]
  readonly leftOut: readonly LeftOut[]
  readonly nodes: readonly NodeSymptoms[]
}

/** What all failing pairs have, and whether a pair that has it succeeded. */
export interface Common {
  readonly by: 'node' | 'nat' | 'provider' | 'region' | 'group' | 'direction'
  readonly value: string
  readonly what: string
  /** No pair with it there succeeded. */
  readonly always: boolean
}
