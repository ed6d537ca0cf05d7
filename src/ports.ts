/** What stages need from the world, as interfaces only; adapters implement one each. */
import type { Duplex, Readable } from 'node:stream'
import type { Command } from './commands/command.ts'
import type { BuildRecord } from './domain/build.ts'
import type { Writer } from './domain/writer.ts'
import type { Fleet, NodeName } from './domain/fleet.ts'
import type { Plan } from './domain/plan.ts'
import type { StoredArtifact } from './domain/events/facts.ts'
import type { Entry } from './domain/ledger.ts'

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Resolves after `ms`, rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** Source of unpredictable bytes: nonces, payload lengths, ports. */
export interface Random {
  bytes(n: number): Uint8Array
}

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
  /** Every session that can be read, in one look. */
  all(): Promise<readonly { readonly id: string; readonly entries: readonly Entry[] }[]>
  append(session: string, entry: Entry): Promise<void>
}

/** One folder, paths relative to it; nothing outside can be named. */
export interface Files {
  readonly root: string
  write(path: string, data: string | Uint8Array): Promise<void>
  append(path: string, data: string): Promise<void>
  read(path: string): Promise<Uint8Array>
  exists(path: string): Promise<boolean>
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
  obtain(plan: Plan, before: BuildRecord['before']): Promise<Obtained | NeedsNativeBuild>
}

/** Everything a stage may touch. `files` is this session's folder. */
export interface World {
  readonly fleet: Fleet
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly signal: AbortSignal
  readonly ledger: Ledger
  readonly files: Files
  readonly builder: Builder
  /** Connects on first use and keeps that one connection. */
  remote(node: NodeName): Promise<Remote>
  /** The orchestrator's own machine, for NAT boxes that are reached from it. */
  readonly here: Remote
  /** One HTTP request from the node's point of view, through its SSH connection. */
  http(node: NodeName, url: string, timeoutMs: number): Promise<HttpAnswer>
  /** A local file that the builder named. */
  readBinary(path: string): Promise<Uint8Array>
  /** Our own static prober, as bytes. */
  probe(): Promise<Uint8Array>
  /** Of vps-test, so that a proof says which one judged. */
  readonly version: string
  /** Who runs this, for leases: `user@host`. */
  readonly who: string
  /** Who writes the ledger's entries. */
  readonly writer: Writer
  /** Keeps a folder of the session where it outlives this machine, before the entry that names it is written: `build-1`, `test-2`. Null where this machine is that place. */
  storeArtifact(label: string, folder: string): Promise<StoredArtifact | null>
  /** How long SETUP may wait for a fleet that another session holds. */
  readonly patienceMs: number
  /** Seconds by which a test moved our clock; 0 in earnest. */
  readonly clockShift: number
}

/** What GitHub says about its own protection of an environment. `missing` and `open` protect nothing. */
export interface Environment {
  readonly kind: 'missing' | 'open' | 'protected'
  readonly reviewers: number
  /** 0: no timer. */ readonly waitMinutes: number
}

export interface CommitCheck {
  readonly name: string
  readonly sha: string
  readonly conclusion: 'success' | 'failure'
  readonly title: string
  /** Markdown, at most 65,535 characters. */
  readonly summary: string
  readonly url?: string
}

/** An open pull request, as GitHub describes it: the title is its author's. */
export interface PullRequest {
  readonly number: number
  readonly title: string
  /** The branch it goes into. */
  readonly base: string
  /** Where it comes from: `owner/name`, null where that repository is gone, and its branch. */
  readonly repository: string | null
  readonly branch: string
}

/** The site that hosts the tested repository. Every call is one or a few requests; each fails with an `infra` failure that names what was asked. */
export interface Forge {
  /** Whether this attempt of a workflow run has ended, however. A run that is not known any more has ended. */
  runEnded(run: string, attempt: number): Promise<boolean>
  environment(name: string): Promise<Environment>
  /** Who approved or rejected this run's jobs in that environment, newest first. */
  approvals(
    run: string,
    environment: string,
  ): Promise<readonly { readonly state: 'approved' | 'rejected'; readonly by: string; readonly comment: string }[]>
  /** Open pull requests whose head is this commit. */
  pullRequestsAt(sha: string): Promise<readonly PullRequest[]>
  /** Creates the comment that begins with `marker`, or changes the one that an earlier run of ours made. Answers with its URL. */
  comment(number: number, marker: string, body: string): Promise<string>
  /** The one issue that begins with `marker`: opened, updated, opened again. */
  issue(marker: string, title: string, body: string): Promise<string>
  /** Writes a last word into that issue and closes it as completed. Null: there is none, and none is made. */
  closeIssue(marker: string, title: string, body: string): Promise<string | null>
  /** First lines of the open issues that are ours. */
  openIssues(): Promise<readonly string[]>
  check(check: CommitCheck): Promise<string>
  /** `public`, `private` or `internal`. */
  visibility(): Promise<string>
  /** Starts a workflow of this repository by file name. */
  dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>
}

/** An artifact of a workflow run: files under one immutable name. */
export interface Stored {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly digest: string | null
}

export interface ArtifactStore {
  /** `files` are absolute and lie below `root`. Answers with id and URL. */
  upload(name: string, root: string, files: readonly string[]): Promise<Stored & { readonly url: string }>
  /** Of this run or of another one of this repository, newest first. */
  list(run?: string): Promise<readonly Stored[]>
  /** Unpacks below `into`. `from`: of another run of this repository, or of an earlier attempt of this one. */
  download(id: number, into: string, from?: { readonly run: string; readonly attempt: number }): Promise<void>
}
