/** A service that we killed, and started again: what ran right before, and right after. */
import type { RunningProof } from './evidence.ts'

export interface Restart {
  readonly ended: RunningProof
  readonly started: RunningProof
}
