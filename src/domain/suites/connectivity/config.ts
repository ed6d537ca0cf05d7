/** What a project may ask of connectivity, with every default already in place. */
import type { OnlyPairs } from '../selected-pairs.ts'
import type { Sampling } from '../sampled.ts'

/** Targets per pair class, per cent, and what must have been measured before they are compared. */
export interface Targets {
  readonly direct: number
  readonly natTraversed: number
  readonly relay: number
  /** Attempts that a class needs before it counts (spec §3). */
  readonly sampleFloor: number
  /** Share of a class's pairs that must have been tried, per cent. */
  readonly coverage: number
  /** Compare the Wilson interval's lower bound instead of the point estimate. */
  readonly strict: boolean
}

export interface ConnectivityConfig {
  /** Beyond so many nodes pairs are drawn. */
  readonly sampleBeyondNodes: number
  readonly enabled: boolean
  readonly criteria: Targets
  readonly cooloffSeconds: number
  readonly timeoutSeconds: number
}

/** As the plan has it. */
export interface ConnectivityWork {
  readonly sampling: Sampling
  readonly targets: Targets
  readonly cooloffSeconds: number
  readonly timeoutSeconds: number
  /** The pairs that it is limited to; absent: all. */
  readonly only?: OnlyPairs
  /** Pairs whose failures are known: tried once, and no other pair is tried less for them; absent: none. */
  readonly known?: OnlyPairs
}
