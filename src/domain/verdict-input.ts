/** What a verdict is a function of. */
import type { CheckpointInput } from './checkpoint.ts'
import type { RunEvidence } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { KnownFailures } from './known-failures.ts'
import type { Fleet, MeasuredNats, NodeName } from './fleet.ts'
import type { TestHistory } from './history.ts'
import type { Excluded } from './not-covered.ts'
import type { TestClock } from './node-clock.ts'
import type { CriteriaKind } from './plan.ts'
import type { Preflight } from './preflight.ts'
import type { Needs } from './profile.ts'
import type { Promises } from './promises.ts'
import type { Unsupported } from './unsupported.ts'
import type { SoakNotes } from './soak/sample.ts'
import type { Selection } from './suites/selection.ts'
import type { SuiteItems, SuitePart } from './suites/suite.ts'

/** Everything a verdict depends on; plain JSON, so that it can be kept as evidence. */
export interface VerdictInput extends RunInput {
  /** What each suite saw. */
  readonly items: SuiteItems
}

/** The same without the lines of the suites, which are judged one after the other. */
export interface RunInput {
  readonly criteria: CriteriaKind
  /** Of criteria `custom`. */
  readonly expression?: string | null
  /** The plan's suites. */
  readonly suites: readonly SuitePart[]
  /** Attempts that the plan is limited to; absent or null: it is the whole test. */
  readonly only?: Selection | null
  readonly promises: Promises
  readonly fleet: Fleet
  /** Nodes the plan uses; the registry, which is no peer, may be among them. */
  readonly planned: readonly NodeName[]
  readonly excluded: readonly Excluded[]
  readonly measurements: MeasuredNats
  /** Absent: nothing was asked before the pairs. */
  readonly preflight?: Preflight
  /** Absent: as of a profile that names none. */
  readonly needs?: Needs
  /** sha256 of the binary that DEPLOY put, or found and kept, on each node. */
  readonly deployed: Readonly<Record<NodeName, string>>
  readonly evidence: RunEvidence
  /** Seen outside the test: skewed clocks and the like. */
  readonly findings?: readonly Finding[]
  /** Asked for and not done, or not to be had: listed as not covered. */
  readonly missing?: readonly Unsupported[]
  /** Absent: no failure is known. */
  readonly known?: KnownFailures
  /** Absent: nothing is known of our own clocks. */
  readonly clock?: TestClock
  /** Absent: nothing is known of other tests of this program. */
  readonly history?: TestHistory
  /** Absent or null: this test is no soak checkpoint, and nothing of it is tried again. */
  readonly checkpoint?: CheckpointInput | null
  /** What the recorders of a soak wrote since it began, of a checkpoint's test; absent or null: nobody asked them. */
  readonly soak?: readonly SoakNotes[] | null
}
