/** What fetches evidence that no suite makes, whatever happened before. */
import type { NodeName } from '../domain/fleet.ts'
import type { Window } from '../domain/metrics.ts'
import type { Plan } from '../domain/plan.ts'
import type { Unsupported } from '../domain/unsupported.ts'
import type { Abortable, NodeHttp, Nodes, SessionFolder } from '../ports.ts'

export interface Collecting {
  readonly world: Nodes & NodeHttp & Abortable & SessionFolder
  readonly plan: Plan
  readonly nodes: readonly NodeName[]
  /** Of the test, so far. */
  readonly window: Window
  /** When the session began, Unix milliseconds. */
  readonly since: number
  /** Below it everything is written. */
  readonly folder: string
  /** The unit of ours on a node; null: none runs there. */
  readonly unitOn: (node: NodeName) => string | null
}

/** Answers with what could not be had. */
export type Collector = (from: Collecting) => Promise<readonly Unsupported[]>
