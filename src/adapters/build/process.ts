/** Runs one program without a shell, line by line; abort and timeout end its whole process group. */
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { execa } from 'execa'
import { Failure } from '../../domain/failure.ts'

export interface ProcessOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onLine?: (line: string) => void
  readonly onErrorLine?: (line: string) => void
}

export interface Finished {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** What is kept of each stream; callbacks see every line. */
const keep = 1 << 20
const graceMs = 2000

/**
 * Rejects with I301 when the program is not there, I302 past the timeout, and the signal's reason on abort; an exit
 * code is a result.
 */
export async function runProcess(argv: readonly [string, ...string[]], options: ProcessOptions): Promise<Finished> {
  options.signal.throwIfAborted()
  const started = performance.now()
  const [program, ...args] = argv
  const child = execa(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    detached: true,
    stripFinalNewline: false,
  })
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const stop = AbortSignal.any([options.signal, deadline])
  const ended = new AbortController()
  const killing = killOnAbort(child.pid, stop, ended.signal)
  const [result, stdout, stderr] = await Promise.all([
    child,
    lines(child.stdout, options.onLine),
    lines(child.stderr, options.onErrorLine),
  ])
  ended.abort()
  await killing
  options.signal.throwIfAborted()
  if (deadline.aborted)
    throw new Failure({
      code: 'I302',
      message: `${argv.slice(0, 2).join(' ')} did not end in ${Math.round(options.timeoutMs / 1000)} s and was stopped`,
    })
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new Failure(
      { code: 'I301', message: `cannot start ${program}: ${result.shortMessage ?? 'not found'}` },
      result,
    )
  }
  return {
    code: result.exitCode ?? null,
    signal: result.signal ?? null,
    stdout,
    stderr,
    ms: performance.now() - started,
  }
}

/** Trimmed stdout of a program that must succeed. */
export async function ask(argv: readonly [string, ...string[]], options: ProcessOptions): Promise<string> {
  const done = await runProcess(argv, options)
  if (done.code !== 0)
    throw new Failure({
      code: 'I303',
      message: `${argv.slice(0, 3).join(' ')} failed (${done.code ?? done.signal}): ${done.stderr.trim().split('\n').at(-1) ?? ''}`,
    })
  return done.stdout.trim()
}

/** Cargo's children (rustc, zig, build scripts) would outlive it: the group is asked, then made, to end. */
async function killOnAbort(pid: number | undefined, stop: AbortSignal, ended: AbortSignal): Promise<void> {
  if (pid === undefined) return
  await new Promise<void>((done) => {
    for (const s of [stop, ended])
      if (s.aborted) done()
      else
        s.addEventListener(
          'abort',
          () => {
            done()
          },
          { once: true },
        )
  })
  if (!stop.aborted) return
  toGroup(pid, 'SIGTERM')
  await wait(graceMs, undefined, { signal: ended }).catch(() => undefined)
  toGroup(pid, 'SIGKILL')
}

function toGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone already.
  }
}

async function lines(stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): Promise<string> {
  let kept = ''
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    onLine?.(line)
    kept += `${line}\n`
    if (kept.length > 2 * keep) kept = kept.slice(-keep)
  }
  return kept
}
