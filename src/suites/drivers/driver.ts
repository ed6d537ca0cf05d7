/** How the program under test is made to connect. */
import type { Claim, Pair } from '../../domain/evidence.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import type { Nodes, Execution } from '../../ports.ts'

/** One connection that is wanted. */
export interface Wanted {
  readonly from: FleetNode
  /** For people: the callee, or `nobody`. */
  readonly to: string
  readonly peerId: string
  /** `host:port` of the callee as the outside sees its node. */
  readonly address: string
  readonly localPort: number
  readonly bytes: number
  readonly nonce: string
  /** What it is handed on its standard input; null: it makes its own bytes. */
  readonly payload: Uint8Array | null
  readonly seconds: number
}

export interface Driver {
  /** As the program can be driven: told to dial, pair by pair; else one window for all. */
  rounds(planned: readonly (readonly Pair[])[]): readonly (readonly Pair[])[]
  connect(world: Execution & Nodes, plan: ProgramPlan, wanted: Wanted): Promise<DialResult>
}

/** What the program said, and which file it was, by whoever executed it; null: nobody did, or it could not be read. */
export interface DialResult {
  readonly claim: Claim
  readonly sha256: string | null
}

/** Of a program that said nothing. */
export const noClaim: Claim = {
  success: null,
  method: null,
  remote: null,
  connectMs: null,
  error: null,
  upgraded: false,
  exitCode: null,
  lines: [],
}
