/** The one way to run a program: without a shell, in a process group of its own that is ended whole. */
import type { Duplex, Readable, Writable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { execa } from 'execa'
import { groupGone, groupLives, toGroup } from './process-group.ts'

export type Argv = readonly string[]

export interface Launch {
  readonly cwd?: string
  /** The whole environment; absent: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Words before the program's own: what encloses it, such as a sandbox. */
  readonly within?: Argv
}

/** How the program itself ended. */
export type Exit =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'not started'; readonly why: string; readonly errno: string | undefined }

export interface StartedProcess {
  readonly pid: number | undefined
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Never rejects. Others of its group may outlive it. */
  readonly exited: Promise<Exit>
  /** stdin and stdout as one stream. */
  readonly duplex: () => Duplex
  /** TERM to the whole group, and KILL to what is left of it after a grace. Settles when nothing is left. */
  readonly end: () => Promise<void>
  readonly kill: () => void
}

const graceMs = 2000

/** Groups that were started and not seen to be gone. */
const living = new Set<number>()
process.on('exit', () => {
  for (const group of living) toGroup(group, 'SIGKILL')
})

export function startProcess(argv: Argv, { cwd, env, within = [] }: Launch = {}): StartedProcess {
  const [program = '', ...args] = [...within, ...argv]
  const child = execa(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env, extendEnv: false }),
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
  })
  const { pid } = child
  if (pid !== undefined) living.add(pid)
  const forgetIfGone = (): void => {
    if (pid !== undefined && !groupLives(pid)) living.delete(pid)
  }
  const exited = new Promise<Exit>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => {
      forgetIfGone()
      resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal })
    })
    void child.then(({ exitCode, signal, cause, shortMessage, code }) => {
      if (exitCode !== undefined) resolve({ kind: 'exited', code: exitCode })
      else if (signal !== undefined) resolve({ kind: 'signalled', signal })
      else {
        const why = cause instanceof Error ? cause.message : (shortMessage ?? 'it did not start')
        resolve({ kind: 'not started', why, errno: code })
      }
    })
  })
  // A program that stops reading, or a stream that breaks, is told by how the program ends.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined)
  return {
    pid,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    duplex: () => child.duplex(),
    end: async () => {
      if (pid === undefined) return
      toGroup(pid, 'SIGTERM')
      if (!(await groupGone(pid, graceMs))) {
        toGroup(pid, 'SIGKILL')
        await groupGone(pid, graceMs)
      }
      living.delete(pid)
    },
    kill: () => {
      if (pid === undefined) return
      toGroup(pid, 'SIGKILL')
      living.delete(pid)
    },
  }
}

export interface ProcessLimits extends Launch {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  readonly input?: string | Uint8Array
  /** Stdin stays open until the program has ended, or is to end: a sandbox ends with it. */
  readonly hold?: boolean
  /** Bytes of each stream that are kept (default 1 MiB): the last ones. */
  readonly keepBytes?: number
  /** A program that says more than is kept is ended. */
  readonly refuseMore?: boolean
  readonly onStart?: (pid: number) => void
  readonly onOut?: (chunk: Buffer) => void
  readonly onErr?: (chunk: Buffer) => void
}

export interface ProcessEnd {
  /** `late`: not ended in its time; `too much`: it said more than is kept. Both were ended. */
  readonly ending: Exit | { readonly kind: 'late' } | { readonly kind: 'too much' }
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly ms: number
}

/** Rejects with the signal's reason on abort, and with what a callback throws; every other ending is a result. */
export async function runProcess(argv: Argv, options: ProcessLimits): Promise<ProcessEnd> {
  const { timeoutMs, signal, keepBytes = 1 << 20 } = options
  signal?.throwIfAborted()
  const started = performance.now()
  const child = startProcess(argv, options)
  if (child.pid !== undefined) options.onStart?.(child.pid)
  const stopped = Promise.withResolvers<ProcessEnd['ending']>()
  const stop = (): void => stopped.reject(signal?.reason)
  const timer = setTimeout(() => stopped.resolve({ kind: 'late' }), Math.min(timeoutMs, 2 ** 31 - 1))
  signal?.addEventListener('abort', stop, { once: true })
  const overflow = (): void => {
    if (options.refuseMore === true) stopped.resolve({ kind: 'too much' })
  }
  const out = tail(child.stdout, keepBytes, overflow, options.onOut, stopped.reject)
  const err = tail(child.stderr, keepBytes, overflow, options.onErr, stopped.reject)
  if (options.hold !== true) child.stdin.end(options.input ?? '')
  try {
    const ending = await Promise.race([stopped.promise, child.exited])
    child.stdin.end()
    // What the program left running, and what holds its output open, is ended with it.
    await child.end()
    await Promise.race([Promise.all([out.closed, err.closed]), wait(graceMs, undefined, { ref: false })])
    const overdone = options.refuseMore === true && (out.more() || err.more())
    return {
      ending: overdone ? { kind: 'too much' } : ending,
      stdout: out.bytes(),
      stderr: err.bytes(),
      ms: performance.now() - started,
    }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    child.stdin.end()
    await child.end()
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
  }
}

/** The last bytes of a stream. */
function tail(
  stream: Readable,
  keep: number,
  overflow: () => void,
  onChunk: ((chunk: Buffer) => void) | undefined,
  failed: (error: unknown) => void,
): { readonly bytes: () => Buffer; readonly more: () => boolean; readonly closed: Promise<void> } {
  let chunks: Buffer[] = []
  let length = 0
  let more = false
  stream.on('data', (chunk: Buffer) => {
    try {
      onChunk?.(chunk)
    } catch (error) {
      failed(error)
    }
    chunks.push(chunk)
    length += chunk.length
    if (length <= keep) return
    more = true
    overflow()
    if (length > 2 * keep) {
      chunks = [Buffer.concat(chunks).subarray(-keep)]
      length = keep
    }
  })
  return {
    bytes: () => Buffer.concat(chunks).subarray(more ? -keep : 0),
    more: () => more,
    closed: new Promise((resolve) => {
      stream.once('close', resolve)
    }),
  }
}

/** A program that takes over this terminal until it ends. `told`: what it reads first; stdin ends with the signal. */
export async function runAttached(
  argv: Argv,
  told?: { readonly text: string; readonly signal: AbortSignal },
): Promise<Exit> {
  const [program = '', ...args] = argv
  const common = { stdout: 'inherit', stderr: 'inherit', reject: false, cleanup: false } as const
  const child =
    told === undefined
      ? execa(program, args, { ...common, stdin: 'inherit' })
      : execa(program, args, { ...common, stdin: 'pipe' })
  const hangUp = (): void => void child.stdin?.end()
  if (told !== undefined) {
    child.stdin?.on('error', () => undefined)
    child.stdin?.write(told.text)
    told.signal.addEventListener('abort', hangUp, { once: true })
  }
  const { exitCode, signal, code, cause, shortMessage } = await child
  told?.signal.removeEventListener('abort', hangUp)
  if (exitCode !== undefined) return { kind: 'exited', code: exitCode }
  if (signal !== undefined) return { kind: 'signalled', signal }
  return {
    kind: 'not started',
    why: cause instanceof Error ? cause.message : (shortMessage ?? 'it did not start'),
    errno: code,
  }
}
