/** One build at a time in a target directory: cargo's lock begins after the copy and ends before the program is read. */
import { Failure } from '../../domain/failure.ts'
import { startProcess, type StartedProcess } from '../process.ts'

export interface OneBuild {
  /** Its lock lies beside it. */
  readonly targetDir: string
  /** For the build before. */
  readonly timeoutMs: number
  /** Told once, where there is one to wait for. */
  readonly waits: () => void
  readonly signal: AbortSignal
}

/** Flock's, where somebody else has it. */
const taken = 75

/** The lock is the kernel's and ends with whoever holds it. Where a machine has no flock, cargo's own is all there is. */
export async function oneBuild<T>(
  { targetDir, timeoutMs, waits, signal }: OneBuild,
  build: () => Promise<T>,
): Promise<T> {
  const holder = await lockOf(`${targetDir}.lock`, { timeoutMs, waits, signal })
  try {
    return await build()
  } finally {
    holder?.stdin.end()
    await holder?.exited
  }
}

async function lockOf(
  file: string,
  { timeoutMs, waits, signal }: Pick<OneBuild, 'timeoutMs' | 'waits' | 'signal'>,
): Promise<StartedProcess | null> {
  const begin = (...how: readonly string[]): StartedProcess =>
    startProcess([
      'flock',
      '--exclusive',
      '--conflict-exit-code',
      String(taken),
      ...how,
      file,
      'sh',
      '-c',
      'echo held; exec cat >/dev/null',
    ])
  const first = begin('--nonblock')
  if (await holds(first, signal)) return first
  const ended = await first.exited
  if (ended.kind === 'not started' && ended.errno === 'ENOENT') return null
  if (ended.kind === 'exited' && ended.code === taken) {
    waits()
    const second = begin('--timeout', String(Math.ceil(timeoutMs / 1000)))
    if (await holds(second, signal)) return second
    throw new Failure({ code: 'B305', message: `another build in ${file.replace(/\.lock$/, '')} did not end in time` })
  }
  throw new Failure({ code: 'I301', message: `${file} cannot be locked: ${JSON.stringify(ended)}` })
}

/** Resolves when it has the lock, or has ended without. */
async function holds(holder: StartedProcess, signal: AbortSignal): Promise<boolean> {
  signal.addEventListener('abort', holder.kill, { once: true })
  try {
    const got = await Promise.race([
      new Promise<boolean>((resolve) => holder.stdout.once('data', () => resolve(true))),
      holder.exited.then(() => false),
    ])
    signal.throwIfAborted()
    return got
  } finally {
    signal.removeEventListener('abort', holder.kill)
  }
}
