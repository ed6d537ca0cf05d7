/** What is known of a run beside a suite's own evidence: what each judge may read. */
import type { Pair, RunningProof } from '../evidence.ts'
import type { Fleet, FleetNode, NatMeasurement, NodeName } from '../fleet.ts'
import type { Excluded } from '../not-covered.ts'
import type { Promises } from '../promises.ts'

export interface RunContext {
  readonly fleet: Fleet
  /** Nodes of the plan, in the fleet's order. */
  readonly nodes: readonly FleetNode[]
  readonly peers: readonly FleetNode[]
  readonly excluded: readonly Excluded[]
  readonly measurements: readonly NatMeasurement[]
  readonly promises: Promises
  /** Null: nothing that was asked before the pairs keeps this one from what its program needs; else what. */
  readonly obstacle: (pair: Pair) => string | null
  /** Global addresses that a node said it has, and no other one; by node. */
  readonly ipv6: ReadonlyMap<NodeName, readonly string[]>
  /** sha256 of the binary that DEPLOY put, or found and kept, on each node. */
  readonly deployed: Readonly<Record<NodeName, string>>
  /** What ran before the suites began, and after they had ended. */
  readonly running: {
    readonly before: readonly RunningProof[]
    readonly after: readonly RunningProof[]
    /** Right after we started it again ourselves. */
    readonly startedAgain: readonly RunningProof[]
  }
  /** Whose user the service of each node runs as. */
  readonly serviceUids: ReadonlyMap<NodeName, number>
  /** Nodes whose samples do not count, and why. */
  readonly barred: ReadonlyMap<NodeName, string>
  /** Nodes whose NAT was not the same before and after, as far as anybody knows, and why: no path there is judged. */
  readonly unsettledNats: ReadonlyMap<NodeName, string>
  /** A soak checkpoint's test, in which retries are allowed. */
  readonly checkpoint: boolean
}

/** Of two nodes of which nobody knows who dialled. */
export const obstacleBetween = ({ obstacle }: Pick<RunContext, 'obstacle'>, a: NodeName, b: NodeName): string | null =>
  obstacle({ from: a, to: b }) ?? obstacle({ from: b, to: a })
