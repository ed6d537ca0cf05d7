/** What stages need from the world, as interfaces only; adapters implement one each. */
import type { Duplex, Readable } from 'node:stream'
import type { Command } from './commands/command.ts'
import type { NodeName } from './domain/fleet.ts'
import type { Entry } from './domain/ledger.ts'

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Resolves after `ms`, rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Source of unpredictable bytes: nonces, payload lengths, ports. */
export interface Random { bytes(n: number): Uint8Array }

export interface RunOptions {
  /** Wall-clock limit for the whole call, milliseconds. Passing it is a `transport` failure with code T003, and the remote channel is closed. */
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

/** A finished remote command. stderr is not failure and a code is never invented: a lost channel throws a transport {@link Failure}. */
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
  append(session: string, entry: Entry): Promise<void>
}

export interface Log {
  /** One line of progress for a person. */
  info(line: string): void
  warn(line: string): void
  /** A line that replaces the last progress line of the same key on a terminal, and is throttled elsewhere. */
  progress(key: string, line: string): void
}
