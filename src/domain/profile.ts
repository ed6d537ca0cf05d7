/**
 * How one program is started, dialled and read: data from `profiles/<name>.yaml`. Argument lists are templates of
 * `{placeholder}`s, each filling one word.
 */

import type { Framing } from './framing.ts'
import type { ProfileCommand } from './suites/command/run.ts'
import type { GossipUse } from './suites/gossip/use.ts'
import type { Method } from './evidence.ts'
import type { ThroughputUse } from './suites/throughput/use.ts'
import type { SurvivalUse } from './suites/survival/use.ts'

/** Of one attempt: whoever judges makes each payload again. */
export const mostPayloadBytes = 4 << 20
/** Of a payload that a program makes in parts. */
export const leastPartBytes = 16

/** Grammars of a dialler's output that are read here (suites/dialects). */
export const dialects = ['testnet-jsonl', 'ant-quic-jsonl', 'exit-code'] as const
export type Dialect = (typeof dialects)[number]
export const isDialect = (name: string): name is Dialect => (dialects as readonly string[]).includes(name)

/** A value in the first JSON object among a program's lines that has these fields. */
export interface EventField {
  readonly where: Readonly<Record<string, string>>
  readonly field: string
}

/** The signal that ends a program as it likes to be ended. */
export const stopSignals = ['SIGTERM', 'SIGINT'] as const
export type StopSignal = (typeof stopSignals)[number]

/** An event by which a receiver tells of a part of a payload: `id` names the field of the sender's id. */
export type ReceivedEvent = {
  readonly where: Readonly<Record<string, string>>
  readonly id: string
} & (
  | {
      /** The part's number, from 0, its payload's length, and whether it is whole. */
      readonly kind: 'numbered'
      readonly sequence: string
      readonly bytes: string
      readonly whole: string | null
    }
  /** The length of the part as it came, framing included. */
  | { readonly kind: 'framed'; readonly wireBytes: string }
)

/** Events of the service's journal, keyed by the id that the dialler had. */
export interface RecordEvents {
  readonly connected: { readonly where: Readonly<Record<string, string>>; readonly id: string; readonly from: string }
  readonly received: readonly ReceivedEvent[]
}

/** What the program calls the parts of its record. */
export type RecordFields = Readonly<Record<'nonce' | 'bytes' | 'sha256' | 'from' | 'missing' | 'completedMs', string>>

export interface RegistryUse {
  /** The registry process on the registry node; null: the fleet's own registry is used as it is. */
  readonly args: readonly string[] | null
  readonly httpPort: number
  /**
   * Where it lists who has registered: path, where the list is in the answer, and the field of an id; null: nothing is
   * waited for.
   */
  readonly ready: { readonly path: string; readonly list: string; readonly id: string } | null
  /** Paths whose answers are kept as evidence. */
  readonly keep: readonly string[]
}

/** What a program cannot do without, whatever its NATs are. */
export interface Needs {
  /** Largest datagram that it sends, fragmented where need be. */
  readonly datagramBytes: number
  readonly ipv6: boolean
}

export const needsOf = ({ needs }: Pick<Profile, 'needs'>): Needs => needs ?? { datagramBytes: 1200, ipv6: false }

export interface Profile {
  readonly name: string
  readonly title: string
  /** Projects of the interview that this profile serves, and the focuses that make sense (spec §3). */
  readonly project: string
  readonly module: string
  readonly focuses: readonly string[]
  readonly binary: string
  /**
   * UDP port of the service: a key of the fleet's ports, or a number, which the fleet's port of the project replaces.
   * 0: the service binds one of its own choice.
   */
  readonly servicePort: number | string
  /** Where nodes find each other; null: the program knows no registry. */
  readonly registry: RegistryUse | null
  /** `{registryUrl} {registryPort} {servicePort} {dataDir} {registryIp}` are filled. */
  readonly node: {
    readonly args: readonly string[]
    readonly bootstrapArgs: readonly string[]
    readonly environment: Readonly<Record<string, string>>
    readonly stop: StopSignal
  }
  readonly peerId:
    | { readonly kind: 'file'; readonly path: string }
    /** An event that the running process wrote into its unit's journal. */
    | { readonly kind: 'journal'; readonly event: EventField }
    /** SHA-256 of `prefix` and of `bytes` bytes of a key file from `offset` on: hashed on the node, which the key never leaves. */
    | {
        readonly kind: 'key-file'
        readonly path: string
        readonly prefix: string
        readonly offset: number
        readonly bytes: number
      }
    | { readonly kind: 'none' }
  /** `commanded`: one short-lived process per attempt. `observed`: the program cannot be told to dial. */
  readonly dial:
    | {
        readonly kind: 'commanded'
        readonly dialect: string
        readonly args: readonly string[]
        readonly environment: Readonly<Record<string, string>>
        /** Where its own output names the id that it dialled with; null: it has none, or says none. */
        readonly id: EventField | null
        readonly stop: StopSignal
        /** Seconds beyond a dial's timeout that it may take to end by itself. */
        readonly endSeconds: number
      }
    | { readonly kind: 'observed' }
  /** What the receiver promises to write down. */
  readonly record:
    /** One JSON object a line, in a file. */
    | { readonly kind: 'jsonl'; readonly path: string; readonly fields: RecordFields }
    /** Lines of a log, taken apart by a regular expression with named groups. `path` null: the unit's journal. */
    | { readonly kind: 'log'; readonly path: string | null; readonly pattern: string }
    /** Asked on the node itself; `list`: where the records are in the answer, `$` for the whole. */
    | {
        readonly kind: 'http'
        readonly port: number
        readonly path: string
        readonly list: string
        readonly fields: RecordFields
      }
    | ({ readonly kind: 'events' } & RecordEvents)
    | { readonly kind: 'none' }
  /** What is sent, and the range its length is drawn from. */
  readonly payload:
    /** Random bytes of ours, handed to the dialler on its standard input. `kept`: the file where a receiver keeps them. */
    | {
        readonly kind: 'given'
        readonly minBytes: number
        readonly maxBytes: number
        readonly kept: string | null
      }
    /** Bytes that follow from the nonce alone: whoever knows the nonce has them. */
    | { readonly kind: 'sha256-counter'; readonly minBytes: number; readonly maxBytes: number }
    /** Bytes of the program's own making, of a length that it is told and in parts: nobody hashes them. */
    | {
        readonly kind: 'generated'
        readonly minBytes: number
        readonly maxBytes: number
        readonly chunkBytes: number
        readonly framing: Framing
      }
    /** What the program likes. */
    | { readonly kind: 'opaque' }
  /** How it takes part in broadcasts, a shared map and a list of members; null: it says nothing of them. */
  readonly gossip: GossipUse | null
  /** What the network must let pass; absent: datagrams that go in one piece anywhere, by IPv4. */
  readonly needs?: Needs
  /** How it keeps a connection, and sends over it; null: it does not. */
  readonly survival: SurvivalUse | null
  /** It starts programs other than itself: nothing confines what it executes, and a run that sees one is never passed. */
  readonly startsPrograms?: boolean
  /** How long, and by which measure, a program is watched that cannot be told to dial; null: nobody has said. */
  readonly window: WindowUse | null
  /** What such a program says of its connections: beside what is seen, never instead of it. */
  readonly claims: ClaimsUse
  /** How much it can send at once, and how it is told to; null: it is not asked to send megabytes. */
  readonly throughput: ThroughputUse | null
  /** Suites of the program's own, as commands that run on every peer. */
  readonly commands: readonly ProfileCommand[]
  /** Never chosen for its project unless a person or the configuration names it. */
  readonly onlyWhenNamed?: boolean
}

export interface WindowUse {
  /** Seconds from the start of the processes at which the counters are read; the last ends the window. */
  readonly looks: readonly number[]
  /** What must be delivered each way, more than any handshake takes. */
  readonly minBytes: number
  /** For how long packets must be delivered both ways. */
  readonly sustainedSeconds: number
}

/** The registry's list of reported connections. */
export interface ReportsUse {
  readonly path: string
  readonly list: string
  readonly id: string
  readonly from: string
  readonly to: string
  readonly method: string
  /** What an entry holds that calls its own connection a failure. */
  readonly failed: readonly Readonly<Record<string, string | number | boolean>>[]
}

/** A line of a node's own log about a peer, whose id, or its beginning, is the named group `peer`. */
export interface LineUse {
  readonly pattern: string
  readonly says: 'connected' | 'failed'
  readonly method: Method | null
}

/** A figure of the registry that cannot be above a bound; `peers`: as many as the plan has. */
export interface FigureUse {
  readonly path: string
  readonly list: string
  readonly field: string
  readonly atMost: number | 'peers'
}

export interface ClaimsUse {
  readonly reports: ReportsUse | null
  readonly log: readonly LineUse[]
  readonly figures: readonly FigureUse[]
}

export const noClaims: ClaimsUse = { reports: null, log: [], figures: [] }

export type RecordKind = Profile['record']['kind']
export type RecordBy<K extends RecordKind> = Extract<Profile['record'], { readonly kind: K }>
export type DialKind = Profile['dial']['kind']
export type DialBy<K extends DialKind> = Extract<Profile['dial'], { readonly kind: K }>

/** A profile in a plan, where the fleet has said which port the service has. */
export type PlannedProfile = Profile & { readonly servicePort: number }

/** The focuses that make sense for the program and, where its module names tests, among these. */
export function focusesFor({ focuses }: Profile, moduleTests: readonly string[] | null): readonly string[] {
  const named = focuses.filter((focus) => moduleTests?.includes(focus) === true)
  return named.length === 0 ? focuses : focuses.filter((focus) => named.includes(focus) || focus === 'full-suite')
}

/** Whether any of the profile's argument lists has a place for the value. */
export const takes = ({ node, dial }: Profile, placeholder: string): boolean =>
  [...node.args, ...node.bootstrapArgs, ...(dial.kind === 'commanded' ? dial.args : [])].some((word) =>
    word.includes(`{${placeholder}}`),
  )
