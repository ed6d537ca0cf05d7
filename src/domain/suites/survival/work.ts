/** What the suite `survival` is to do, and what it writes down of each connection and of each delivery over it. */
import type { RunningMark } from '../../continuity.ts'
import type { Pair, Read, RoundEvidence } from '../../evidence.ts'
import type { Judgement } from '../connectivity/judge.ts'
import type { Measured } from '../retry.ts'
import type { Sample } from '../sample.ts'

export interface SurvivalWork {
  /** One connection for each. */
  readonly pairs: readonly Pair[]
  readonly timeoutSeconds: number
  /** After these a kept connection ends by itself, whatever became of us. */
  readonly longestSeconds: number
  /** Per cent of the connections. */
  readonly target: number
}

/** Deliveries of one moment, one for each connection, seen as any dial is. */
export interface DeliveriesItem extends Measured {
  readonly kind: 'deliveries'
  readonly round: RoundEvidence
}

/** The process that keeps a connection, by systemd and the kernel. */
export type KeptProcess =
  | {
      readonly kind: 'running'
      readonly pid: number
      readonly startTicks: number
      readonly exeSha256: string | null
      readonly bootId: string
    }
  /** `result`: systemd's word; `status`: exit code, or signal; `endedAt`: Unix milliseconds of the node, null: not told. */
  | {
      readonly kind: 'ended'
      readonly result: string
      readonly status: number
      readonly endedAt: number | null
      readonly bootId: string
    }
  /** Nothing knows such a process. */
  | { readonly kind: 'gone'; readonly bootId: string }

/** What we wrote down on the caller, where root alone can write: one line when it was opened, one each time it lived. */
export interface KeptNote {
  readonly did: 'opened' | 'alive'
  readonly session: string
  /** Unix milliseconds of our clock. */
  readonly at: number
  readonly connection: string | null
  readonly localPort: number
  /** The far end of the connection, `address:port`, by the caller's packet counters. */
  readonly remote: string | null
  readonly pid: number
  readonly startTicks: number
  readonly bootId: string
  /** The callee's service then; null: nothing proved it. */
  readonly callee: RunningMark | null
}

export interface KeptItem extends Measured {
  readonly kind: 'kept'
  readonly pair: Pair
  readonly phase: 'opened' | 'kept'
  readonly process: Read<KeptProcess>
  /** Before anything of this test was written; an opening has none. */
  readonly notes: Read<readonly KeptNote[]>
  /** Of the program, in this delivery. */
  readonly connection: string | null
}

export type SurvivalItem = DeliveriesItem | KeptItem

export interface SurvivalSample extends Sample {
  readonly subject: { readonly kind: 'pair'; readonly pair: Pair }
  /** How long it was open when it was last seen alive; null where nobody knows. */
  readonly openMs: number | null
}

export interface SurvivalFigures {
  readonly phase: 'opened' | 'kept'
  readonly connections: readonly {
    readonly pair: Pair
    readonly path: Judgement['path'] | null
    readonly openedAt: number | null
    readonly lastSeenAt: number | null
  }[]
}
