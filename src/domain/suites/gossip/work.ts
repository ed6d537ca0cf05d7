/** What the suite `gossip` is to do, what it writes down of each step, and what only its own section shows. */
import type { NodeClock, Read, Sum } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { Spread } from '../../statistics.ts'
import type { Measured } from '../retry.ts'
import type { Sample } from '../sample.ts'
import type { InstructionEnd } from '../instruction.ts'
import type { MessageFields } from './use.ts'

export interface GossipWork {
  /** Null: not asked for, or the profile cannot. */
  readonly broadcast: {
    readonly messages: number
    /** Per cent. */
    readonly target: number
    readonly withinSeconds: number
    readonly fields: MessageFields
  } | null
  readonly map: {
    readonly maxSyncSeconds: number
    /** Every node writes one key, all of them the same: the program is told the time of each write. */
    readonly conflict: boolean
  } | null
  readonly members: { readonly withinSeconds: number } | null
  /** Asked for by the configuration, and not in the profile. */
  readonly unable: readonly string[]
}

interface Item extends Measured {
  readonly node: NodeName
}

/** All of it follows from the seed, and from which nodes were there. */
export interface MessageItem extends Item {
  readonly kind: 'message'
  readonly index: number
  /** What the program was told: 32 hex digits. */
  readonly message: string
  readonly payload: string
  readonly channel: string
  readonly end: InstructionEnd
}

/** What one node has written down of all messages, and what its kernel delivered meanwhile. */
export interface RecordsItem extends Item {
  readonly kind: 'records'
  readonly lines: Read<readonly string[]>
  readonly delivered: Read<Sum>
  readonly clock: NodeClock | null
}

export interface WriteItem extends Item {
  readonly kind: 'write'
  readonly key: string
  readonly value: string
  /** Of the write, Unix milliseconds, as the program was told; null: it was told none. */
  readonly at: number | null
  readonly end: InstructionEnd
}

/** One node's map at one look: the hash of this test's lines, sorted, made by a command of ours. */
export interface StateItem extends Item {
  readonly kind: 'state'
  readonly state: Read<{ readonly keys: number; readonly sha256: string }>
}

export type Phase = 'before' | 'down' | 'back'

export interface MembersItem extends Item {
  readonly kind: 'members'
  readonly phase: Phase
  /** Of this node; null: DEPLOY did not learn it. */
  readonly peerId: string | null
  readonly members: Read<readonly string[]>
}

/** What we did to the one node, and the main process of its service after it, by the kernel's word. */
export interface VictimItem extends Item {
  readonly kind: 'victim'
  readonly did: 'killed' | 'looked' | 'started'
  readonly running: Read<{ readonly pid: number; readonly image: string; readonly startedAt: number }>
}

/** Packets of our own prober from a node to another, and what went unanswered for several of them on end. */
export interface AnswerCount {
  readonly sent: number
  readonly lost: number
  /** Since the item began. */
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[]
}

/** The network between two nodes all the while. */
export interface NetworkItem extends Item {
  readonly kind: 'network'
  readonly with: NodeName
  readonly answered: Read<AnswerCount>
}

export type GossipItem = MessageItem | RecordsItem | WriteItem | StateItem | MembersItem | VictimItem | NetworkItem

export interface GossipSample extends Sample {
  /** From sending to receipt, or from the last write to agreement; null where it is not known. */
  readonly tookMs: number | null
}

export interface GossipFigures {
  readonly delivery: readonly {
    readonly node: NodeName
    readonly received: number
    readonly expected: number
    /** Records beyond the first of a message. */
    readonly duplicates: number
  }[]
  /** By the clocks of sender and receiver, each corrected by its offset. */
  readonly latency: Spread
  /** Of each node's clock against ours, and how far it may be off; milliseconds. */
  readonly offsets: readonly { readonly node: NodeName; readonly offsetMs: number; readonly withinMs: number }[]
  readonly agreement: Spread
  readonly victim: NodeName | null
}
