/** What stages need from the world, as interfaces only; adapters implement one each. */
import type { Duplex, Readable } from 'node:stream'
import type { Command } from './commands/command.ts'
import type { BuildRecord } from './domain/build.ts'
import type { Writer } from './domain/writer.ts'
import type { Fleet, NodeName } from './domain/fleet.ts'
import type { Plan } from './domain/plan.ts'
import type { StoredArtifact } from './domain/events/facts.ts'
import type { Entry } from './domain/ledger.ts'
import type { Fixer } from './ports/fixer.ts'
import type { FiringQueue, Recoveries } from './ports/recoveries.ts'

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Milliseconds of a clock that nobody sets; its zero means nothing. */
  monotonic(): number
  /** Resolves after `ms`, rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Source of unpredictable bytes: nonces, payload lengths, ports. */
export interface Random {
  bytes(n: number): Uint8Array
}

export interface RunOptions {
  /**
   * Wall-clock limit for the whole call, milliseconds. Passing it is a `transport` failure with code T003, and the
   * remote channel is closed.
   */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly stdin?: Uint8Array | Readable
  /** Called for each stdout line as it arrives (without the newline). */
  readonly onLine?: (line: string) => void
  /** Upload progress: bytes of stdin accepted so far. */
  readonly onSent?: (bytes: number) => void
  /** stdout is cut here (default 8 MiB); `truncated` says so. */
  readonly maxBytes?: number
}

/**
 * A finished remote command. stderr is not failure and a code is never invented: a lost channel throws a transport
 * {@link Failure}.
 */
export interface RunResult {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly truncated: boolean
  readonly ms: number
}

/** One node, one connection (jepsen's five verbs). Lost transport is retried inside only for idempotent commands. */
export interface Remote {
  readonly name: NodeName
  run(command: Command, options: RunOptions): Promise<RunResult>
  /** Binary stdout of a command, for downloads. */
  read(command: Command, options: RunOptions): Promise<Uint8Array>
  /** A TCP stream from the node's point of view (SSH direct-tcpip). */
  forward(host: string, port: number, options: Pick<RunOptions, 'timeoutMs' | 'signal'>): Promise<Duplex>
  close(): Promise<void>
}

/** Appends are compare-and-swap on the last hash: a second writer gets a `busy` failure and must re-read. */
export interface Ledger {
  sessions(): Promise<readonly string[]>
  read(session: string): Promise<readonly Entry[]>
  /** Every session that can be read, in one look. */
  all(): Promise<readonly { readonly id: string; readonly entries: readonly Entry[] }[]>
  append(session: string, entry: Entry): Promise<void>
}

/** One folder, paths relative to it; nothing outside can be named. */
export interface Files {
  readonly root: string
  /** Pieces end with a line: a text of any length is written without being held. */
  write(path: string, data: string | Uint8Array | Iterable<string>): Promise<void>
  append(path: string, data: string): Promise<void>
  read(path: string): Promise<Uint8Array>
  exists(path: string): Promise<boolean>
  /** Of a whole file, which is not held. */
  digest(path: string): Promise<{ readonly bytes: number; readonly sha256: string }>
  /** Every file below `path`, sorted. */
  list(path?: string): Promise<readonly string[]>
  remove(path: string): Promise<void>
}

export interface Log {
  /** One line of progress for a person. */
  info(line: string): void
  warn(line: string): void
  /** A line that replaces the last progress line of the same key on a terminal, and is throttled elsewhere. */
  progress(key: string, line: string): void
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A binary on the orchestrator's disk and where it came from. */
export interface Obtained {
  readonly path: string
  readonly record: BuildRecord
}

/** Zigbuild cannot work here for a toolchain reason; the build host may (spec §4 BUILD). */
export interface NeedsNativeBuild {
  readonly elsewhere: BuildRecord['before']
}

export interface Builder {
  /** `before`: ways that were tried already; where there are any, the build host builds. */
  obtain(plan: Plan, before: BuildRecord['before'], signal?: AbortSignal): Promise<Obtained | NeedsNativeBuild>
}

/** What can be ended from outside. */
export interface Abortable {
  readonly signal: AbortSignal
}

export interface Randomness {
  readonly random: Random
}

/** What anything needs that lasts and reports. */
export interface Execution extends Abortable {
  readonly clock: Clock
  readonly log: Log
  /** Absent: nobody keeps what recovery rules did. */
  readonly recoveries?: Recoveries
}

export interface NodeHttp {
  /** One HTTP request from the node's point of view, through its SSH connection. */
  http(node: NodeName, url: string, timeoutMs: number): Promise<HttpAnswer>
}

/** The orchestrator's own machine, for NAT boxes that are reached from it. */
export interface Orchestrator {
  readonly here: Remote
}

export interface Nodes {
  readonly fleet: Fleet
  /** Connects on first use and keeps that one connection. */
  remote(node: NodeName): Promise<Remote>
  /** Gives up what is being connected now; what is connected stays, and a later call connects anew. */
  abandon?(reason: unknown): void
}

/** Whose tables on the nodes are ours: those of this session, under the fencing number of each node's lease. */
export interface Tables {
  readonly tables: { readonly session: string; readonly fences: ReadonlyMap<NodeName, number> }
}

/** Where sessions are written down, by whom and by which clock. */
export interface SessionRecord {
  readonly ledger: Ledger
  /** Who writes the ledger's entries. */
  readonly writer: Writer
  /** Seconds by which a test moved our clock; 0 in earnest. */
  readonly clockShift: number
  readonly recoveries?: FiringQueue
}

/** What a session leaves besides its entries. */
export interface SessionFolder {
  /** This session's folder. */
  readonly files: Files
  /**
   * Keeps a folder of the session where it outlives this machine, before the entry that names it is written: `build-1`,
   * `test-2`; `deploy-1`, what nodes told of its failure. Null where this machine is that place.
   */
  storeArtifact(label: string, folder: string): Promise<StoredArtifact | null>
  /** Takes secrets out of what is to be sealed; absent: there is nothing that could take them out. */
  readonly concealer?: Concealer
}

/** What stands between evidence and those who may read it. */
export interface Concealer {
  conceal<T>(value: T): T
  /** What was taken out so far, of values and of files, in words. */
  takenOut(): readonly string[]
}

/** On which terms nodes are leased. */
export interface LeaseTerms {
  /** Who runs this: `user@host`. */
  readonly who: string
  /** How long SETUP may wait for a fleet that another session holds. */
  readonly patienceMs: number
  /** Leases that this run holds, by node and service: whoever takes one notes it, the heartbeat renews it. */
  readonly held?: Map<string, Held>
}

export interface Held {
  readonly node: NodeName
  readonly service: string
  readonly fence: number
}

/** The program under test, as bytes. */
export interface Programs {
  readonly builder: Builder
  /** A local file that the builder named. */
  readBinary(path: string): Promise<Uint8Array>
}

/** Who runs the project's fix command; null: nobody may here. */
export interface Fixing {
  readonly fixer: Fixer | null
}

/** Our own static prober, as bytes. */
export interface ProberBinary {
  probe(): Promise<Uint8Array>
}

/** Who judges. */
export interface Judge {
  /** Of vps-test, so that a proof says which one judged. */
  readonly version: string
}

/** Everything that a session may touch. What needs less asks for the slices that it uses. */
export type World = Execution &
  Randomness &
  Nodes &
  NodeHttp &
  Orchestrator &
  SessionRecord &
  SessionFolder &
  LeaseTerms &
  Programs &
  Fixing &
  ProberBinary &
  Judge
