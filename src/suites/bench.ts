/**
 * What a running test offers a suite: nodes, their NATs, how the program is driven and read; and what a suite's acting
 * half is.
 */
import type { Pair, RoundEvidence, RunningProof } from '../domain/evidence.ts'
import type { Restart } from '../domain/restart.ts'
import type { NatMeasurement, NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import type { Present } from '../domain/suites/connectivity/rounds.ts'
import type { SuiteId, SuiteTypes } from '../domain/suites/suite.ts'
import type { TestSeed } from '../domain/test-seed.ts'
import type { NodeHttp, Nodes, Orchestrator, Randomness, Execution, Tables } from '../ports.ts'
import type { Driver } from './drivers/driver.ts'
import type { Reader } from './readers/reader.ts'

export interface Subjects {
  /** Peer id of each node's running service. */
  readonly peerIds: ReadonlyMap<NodeName, string>
  /** UDP port of each running service that binds one of its own choice. */
  readonly ports: ReadonlyMap<NodeName, number>
}

/** What a suite and its drivers and readers use of the world. */
export type SuiteWorld = Execution & Randomness & Nodes & NodeHttp & Orchestrator & Tables

export interface Bench {
  readonly world: SuiteWorld
  readonly plan: Plan
  /** Which test of the session, from 1: part of every id. */
  readonly test: number
  /** What its attempts draw from; nobody else knows it before the test is sealed. */
  readonly seed: TestSeed
  /** Nodes of the plan that are there, the registry included. */
  readonly nodes: readonly NodeName[]
  readonly measurements: readonly NatMeasurement[]
  readonly subjects: Subjects
  /** A soak checkpoint's test: what an earlier one left is there still. */
  readonly checkpoint: boolean
  /** What ran on each node before any suite began. */
  readonly before: readonly RunningProof[]
  readonly driver: Driver
  readonly reader: Reader
  /** What keeps the program from executing anything but itself, by its path on the nodes; null: it starts others. */
  readonly confinedBy: string | null
  /** Our prober's path on the nodes. */
  readonly prober: string
  /** Written down by whoever ended a service itself, and started it again. */
  readonly restarted: Restart[]
}

/** Nodes of the plan, and those of them that are there. */
export const presentOn = ({ plan, nodes }: Pick<Bench, 'plan' | 'nodes'>): Present => ({
  planned: plan.nodes,
  there: nodes,
})

/** Writes one line of evidence down as soon as it is known. */
export type StoreItem<Id extends SuiteId> = (item: SuiteTypes[Id]['item']) => Promise<void>

export interface Runner<Id extends SuiteId> {
  run(bench: Bench, work: SuiteTypes[Id]['work'], keep: StoreItem<Id>): Promise<void>
  /** At a checkpoint: what failed once more, each item marked as a retry. `before`: all items of this test. */
  again(
    bench: Bench,
    work: SuiteTypes[Id]['work'],
    failed: readonly SuiteTypes[Id]['sample'][],
    before: readonly SuiteTypes[Id]['item'][],
    keep: StoreItem<Id>,
  ): Promise<void>
  /**
   * A failing pair once more, outside of its items and of all that is judged, while its packets are captured; null: there
   * is no dial to be told of. Absent: the suite makes no pair connect.
   */
  forCapture?(bench: Bench, work: SuiteTypes[Id]['work'], pair: Pair, wish: CaptureDial): Promise<RoundEvidence | null>
}

export interface CaptureDial {
  /** Begins the capture; what it answers ends it. */
  readonly during: () => Promise<() => Promise<void>>
  /** Dials of earlier captures of this test. */
  readonly before: readonly RoundEvidence[]
  /** Our clock when the pairs may last have met in a suite. */
  readonly metBy: number
}
