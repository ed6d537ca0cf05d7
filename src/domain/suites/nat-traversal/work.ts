/** What the suite of NAT traversal is to do, what it writes down of each round, and what an attempt is judged to be. */
import type { Pair, Read, RoundEvidence } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { ConnectivityWork } from '../connectivity/config.ts'
import type { Judgement } from '../connectivity/judge.ts'
import type { Series } from '../connectivity/series.ts'

/**
 * `in-turn`: one of two peers dials, the other is dialled; each way once. `simultaneous`: both dial at one moment.
 * `rebound`: the callee's NAT has just forgotten its mappings. `rested`: nobody dialled the callee for longer than a
 * mapping lives.
 */
export const natOrders = ['in-turn', 'simultaneous', 'rebound', 'rested'] as const
export type NatOrder = (typeof natOrders)[number]

/** As the plan has it. */
export interface NatTraversalWork extends ConnectivityWork {
  /** NAT types that the configuration asks for, by its own names: one that no node is measured to have is missing. */
  readonly types: readonly string[]
  /** Whether NATs may be made to forget: on a lab only. */
  readonly rebinding: boolean
  /** From there on a program must be found again. */
  readonly settleSeconds: number
  /** Longer than a NAT of the fleet keeps an unused mapping. */
  readonly restSeconds: number
}

export interface NatRounds {
  readonly order: NatOrder
  readonly rounds: readonly (readonly Pair[])[]
}

/** What a NAT was made to forget right before a round. */
export interface Forgotten {
  readonly node: NodeName
  /** Entries of its connection tracking that were removed. */
  readonly removed: Read<number>
}

/** One line of evidence. */
export interface NatRound extends RoundEvidence {
  readonly order: NatOrder
  readonly forgotten: readonly Forgotten[]
}

/** Groups are pair classes, and beside them what was made of a mapping before. */
export const reboundGroup = 'after rebinding'
export const restedGroup = 'after a rest'

export interface NatSample extends Omit<Judgement, 'group'> {
  readonly group: string
  readonly order: NatOrder
  /** Names of the measured NATs. */
  readonly nats: { readonly from: string; readonly to: string }
}

/** One cell of the matrix: what the measured NATs let two peers expect, and what was seen. */
export interface NatCell {
  readonly from: string
  readonly to: string
  readonly expected: Judgement['expected']
  readonly attempts: number
  readonly endToEnd: number
  readonly relayed: number
  /** Counted, and nothing was delivered. */
  readonly failed: number
  readonly notCounted: number
}

export interface NatFigures {
  readonly cells: readonly NatCell[]
  /** By order: counted attempts and successes. */
  readonly orders: readonly { readonly order: NatOrder; readonly attempts: number; readonly successes: number }[]
  /** Counted attempts whose path is not what the NATs let expect. */
  readonly surprises: readonly string[]
  readonly pairs: { readonly planned: number; readonly possible: number }
}

export const natSeries: Series = { prefix: 'nat-', ports: [30_801, 32_000] }
