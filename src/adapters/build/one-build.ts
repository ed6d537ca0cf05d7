/** One build at a time in a target directory: cargo's own lock begins after the source is copied and ends before the program is read. */
import { execa, type ResultPromise } from 'execa'
import { Failure } from '../../domain/failure.ts'

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
  const held = await lockOf(`${targetDir}.lock`, { timeoutMs, waits, signal })
  try {
    return await build()
  } finally {
    await held?.giveBack()
  }
}

const options = { stdin: 'pipe', stdout: 'pipe', stderr: 'pipe', reject: false, detached: true } as const
type Holder = ResultPromise<typeof options>

interface Held {
  readonly giveBack: () => Promise<void>
}

const heldBy = (holder: Holder): Held => ({
  giveBack: async () => {
    holder.stdin.end()
    await holder
  },
})

async function lockOf(
  file: string,
  { timeoutMs, waits, signal }: Pick<OneBuild, 'timeoutMs' | 'waits' | 'signal'>,
): Promise<Held | null> {
  const begin = (how: readonly string[]): Holder =>
    execa(
      'flock',
      [
        '--exclusive',
        '--conflict-exit-code',
        String(taken),
        ...how,
        file,
        'sh',
        '-c',
        'echo held; exec cat >/dev/null',
      ],
      options,
    )
  const first = begin(['--nonblock'])
  if (await holds(first, signal)) return heldBy(first)
  const { exitCode, code } = await first
  if (code === 'ENOENT') return null
  if (exitCode === taken) {
    waits()
    const second = begin(['--timeout', String(Math.ceil(timeoutMs / 1000))])
    if (await holds(second, signal)) return heldBy(second)
    if ((await second).exitCode === taken)
      throw new Failure({
        code: 'B305',
        message: `another build in ${file.replace(/\.lock$/, '')} did not end in time`,
      })
  }
  throw new Failure({ code: 'I301', message: `${file} cannot be locked: ${(await first).stderr.trim().slice(0, 200)}` })
}

/** Resolves when it has the lock, or has ended without. */
async function holds(holder: Holder, signal: AbortSignal): Promise<boolean> {
  const stop = (): void => {
    holder.kill('SIGKILL')
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const got = await Promise.race([
      new Promise<boolean>((resolve) => holder.stdout.once('data', () => resolve(true))),
      holder.then(() => false),
    ])
    signal.throwIfAborted()
    return got
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
