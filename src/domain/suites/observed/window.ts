/** What the suite `observed` is to do, what it writes down of each window, and what a pair in one is judged to be. */
import type { OnlyPairs } from '../selected-pairs.ts'
import type { Method, Pair, Read, Readings, RunningProof, Sum } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { ClaimsUse, WindowUse } from '../../profile.ts'
import type { Spread } from '../../statistics.ts'
import type { Targets } from '../connectivity/config.ts'
import type { NodeResult } from '../connectivity/figures.ts'
import type { Oracle, PairClass } from '../connectivity/oracle.ts'
import type { Measured } from '../retry.ts'
import type { Sample } from '../sample.ts'

/** As the plan has it. */
export interface ObservedWork {
  readonly targets: Targets
  /** Between the end of one window's processes and the start of the next one's. */
  readonly cooloffSeconds: number
  /** UDP; 0: the one that each process is seen to have. */
  readonly servicePort: number
  readonly window: WindowUse
  readonly claims: ClaimsUse
  /** The pairs that are judged, whichever way they are named; absent: all. */
  readonly only?: OnlyPairs
}

/** All counters at one moment of a window, from its start on: they count on from look to look. */
export interface WindowLook {
  /** Milliseconds from the start of the processes until the last counter was read. */
  readonly atMs: number
  readonly readings: Readings
}

/** One entry that the registry lists now and did not list when the window began. */
export interface Reported {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly method: string
  /** It has all that the profile says of an entry that calls itself a failure. */
  readonly failed: boolean
}

export interface Reports {
  readonly list: readonly Reported[]
  /** Entries that could not be read as one. */
  readonly unreadable: number
}

/** What a line of a node's own log says of a peer; the line is kept, so that anybody can read it again. */
export interface LogClaim {
  readonly about: NodeName
  readonly says: 'connected' | 'failed'
  readonly method: Method | null
  readonly line: string
}

/** In their order, the newest last. */
export interface LogClaims {
  readonly list: readonly LogClaim[]
  /** Older ones that were not kept. */
  readonly more: number
}

/** A figure of the registry as it stood at the window's end; null where it is no number. */
export interface Figure {
  readonly path: string
  readonly field: string
  readonly value: number | null
}

/** One line of evidence: all peers started afresh at one moment, and what went between them until the window's end. */
export interface ObservedWindow extends Measured {
  /** From 1. */
  readonly window: number
  /** The new processes, read once all had been started; their ids are others than before. */
  readonly starts: Readonly<Record<NodeName, Read<RunningProof>>>
  /** Process ids before the start. */
  readonly before: Readonly<Record<NodeName, number | null>>
  readonly peerIds: Readonly<Record<NodeName, string>>
  readonly looks: readonly WindowLook[]
  readonly reports: Read<Reports>
  readonly log: Readonly<Record<NodeName, Read<LogClaims>>>
  readonly figures: readonly Figure[]
  /** Whether the list by which nodes find each other was answered at the window's end; null: the profile names none. */
  readonly registry: Read<true> | null
  /** What the registry was asked and did not answer in its form, each path once. */
  readonly unanswered: readonly Unanswered[]
}

export interface Unanswered {
  readonly path: string
  readonly why: string
}

/** From one node to the other without a relay, in the whole window. */
export interface Way {
  /** By the service's own user, counted at the sender. */
  readonly sent: Sum
  /** At the receiver's NAT box, delivered or not; null where there is no box view. */
  readonly arrived: Sum | null
  /** To the service's ports at the receiver, behind its NAT. */
  readonly delivered: Sum
  /** End of the first look with a delivered packet, milliseconds after the start. */
  readonly firstMs: number | null
}

/** The last thing that one end said of the other. */
export interface PairClaim {
  readonly by: NodeName
  readonly says: 'connected' | 'failed'
  readonly method: Method | null
  /** Where: `registry report 93`, `log`. */
  readonly where: string
  /** It reports a connection, and calls it a failure in the same entry. */
  readonly contradictsItself: boolean
}

/** Two peers in one window; of the two directions the one that their NATs make easier, for nobody knows who dialled. */
export interface ObservedSample extends Sample {
  readonly group: PairClass
  readonly subject: { readonly kind: 'pair'; readonly pair: Pair }
  readonly expected: Oracle['expected']
  readonly path: 'end-to-end' | 'relayed' | 'none' | 'unwitnessed'
  readonly relayVia: NodeName | null
  readonly there: Way
  readonly back: Way
  /** Seconds of the looks in which packets were delivered both ways. */
  readonly bothSeconds: number
  readonly claims: readonly PairClaim[]
}

export interface ObservedFigures {
  readonly nodes: readonly NodeResult[]
  /** Of successes: end of the look in which packets had been delivered both ways, milliseconds. */
  readonly timeToDelivery: Spread
  /** Looks in seconds: what the times above are exact to. */
  readonly looks: readonly number[]
  readonly windows: number
  readonly refuted: number
  readonly silent: number
}

/** A node's own entry; a stranger may have called it anything. */
export const ofNode = <T>(by: Readonly<Record<NodeName, T>>, node: NodeName): T | undefined =>
  Object.hasOwn(by, node) ? by[node] : undefined
