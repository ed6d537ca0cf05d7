/** What the items of a suite are derived again from: the plan, and what the test says of itself beside them. */
import type { RunningProof } from '../evidence.ts'
import type { Fleet, NatMeasurement, NodeName } from '../fleet.ts'
import type { PlannedProfile } from '../profile.ts'
import type { TestSeed } from '../test-seed.ts'

export interface RederiveContext {
  readonly fleet: Fleet
  readonly profile: PlannedProfile
  /** Which test of the session, from 1: part of every id. */
  readonly test: number
  /** That all of it is drawn from. */
  readonly seed: TestSeed
  /** Nodes of the plan. */
  readonly planned: readonly NodeName[]
  /** Nodes of the plan that were not left out. */
  readonly there: readonly NodeName[]
  readonly measurements: readonly NatMeasurement[]
  readonly running: readonly RunningProof[]
  /** A soak checkpoint's test, in which retries are allowed. */
  readonly checkpoint: boolean
}

/** Takes the items one after the other, and keeps little of each: each answer is what is wrong, in words. */
export interface Rederivation<Item> {
  add(item: Item): readonly string[]
  end(): readonly string[]
}
