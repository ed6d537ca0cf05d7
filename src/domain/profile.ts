/**
 * How one program is started, dialled and read: data from `profiles/<name>.yaml`. Argument lists are templates of
 * `{placeholder}`s, each filling one word.
 */

import type { GossipUse } from './suites/gossip/use.ts'

/** Grammars of a dialler's output that are read here (suites/dialects). */
export const dialects = ['testnet-jsonl'] as const
export type Dialect = (typeof dialects)[number]
export const isDialect = (name: string): name is Dialect => (dialects as readonly string[]).includes(name)

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
  /** `{registryUrl} {servicePort} {dataDir} {registryIp}` are filled. */
  readonly node: {
    readonly args: readonly string[]
    readonly bootstrapArgs: readonly string[]
    readonly environment: Readonly<Record<string, string>>
  }
  readonly peerId: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'none' }
  /** `commanded`: one short-lived process per attempt. `observed`: the program cannot be told to dial. */
  readonly dial:
    | { readonly kind: 'commanded'; readonly dialect: string; readonly args: readonly string[] }
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
    /** What the program likes. */
    | { readonly kind: 'opaque' }
  /** How it takes part in broadcasts, a shared map and a list of members; null: it says nothing of them. */
  readonly gossip: GossipUse | null
  /** Never chosen for its project unless a person or the configuration names it. */
  readonly onlyWhenNamed?: boolean
}

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
