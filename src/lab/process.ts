/** Starts programs as root: those that are waited for, and those that outlive this process. */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { Failure } from '../domain/failure.ts'

export const isRoot = (): boolean => process.getuid?.() === 0

export interface ExecOptions {
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly stdin?: string
  /**
   * Joined before the program starts, or the program does not start: what `down` kills by the cgroup can have no
   * stragglers.
   */
  readonly cgroup?: string
  /** Ends the program, as a success, once its output matches. */
  readonly until?: RegExp
  /** The caller's own environment instead of a fixed one. */
  readonly inherit?: boolean
  readonly onText?: (text: string) => void
}
export interface ProgramExit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' }
const join = (cgroup: string, argv: readonly string[]): string[] => [
  'sh',
  '-c',
  'echo 0 >"$1/cgroup.procs" || exit 125; shift; exec "$@"',
  'join',
  cgroup,
  ...argv,
]

/** Resolves however the program ends; rejects when it cannot start, at the deadline, or on abort. */
export function exec(argv: readonly string[], o: ExecOptions): Promise<ProgramExit> {
  o.signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const [file = '', ...rest] = o.cgroup === undefined ? argv : join(o.cgroup, argv)
    const child = spawn(file, rest, {
      detached: true,
      stdio: 'pipe',
      ...(o.inherit ? {} : { env: environment }),
      cwd: '/',
    })
    let stdout = '',
      stderr = '',
      enough = false
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        /* it ended by itself */
      }
    }
    const stop = (why: unknown): void => {
      kill()
      done(() => reject(why))
    }
    const timer = setTimeout(
      () =>
        stop(
          new Failure({
            code: 'I201',
            message: `${argv.slice(0, 6).join(' ')}: no end within ${o.timeoutMs} ms${stderr ? `: ${stderr.trim().slice(-300)}` : ''}`,
          }),
        ),
      o.timeoutMs,
    )
    const aborted = (): void => stop(o.signal.reason)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      o.signal.removeEventListener('abort', aborted)
      settle()
    }
    o.signal.addEventListener('abort', aborted, { once: true })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(-1_000_000)
      o.onText?.(text)
      if (o.until?.test(stdout)) {
        enough = true
        kill()
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-100_000)
      o.onText?.(text)
    })
    child.stdin.on('error', () => {
      /* it did not want its input */
    })
    child.stdin.end(o.stdin ?? '')
    child.on('error', (cause) =>
      done(() =>
        reject(
          new Failure(
            {
              code: 'I202',
              message: `cannot start ${argv[0]}: ${cause.message}`,
              remedy: 'vps-test lab doctor',
            },
            cause,
          ),
        ),
      ),
    )
    child.on('close', (code) => done(() => resolve({ code: enough ? 0 : code, stdout, stderr })))
  })
}

/** Starts a program that outlives this one, inside a cgroup, with its output in a file. */
export function daemon(argv: readonly string[], cgroup: string, logFile: string): void {
  const out = openSync(logFile, 'a')
  const [file = '', ...rest] = join(cgroup, argv)
  const child = spawn(file, rest, { detached: true, stdio: ['ignore', out, out], env: environment, cwd: '/' })
  child.on('error', () => {
    /* seen by whoever waits for what it should do */
  })
  child.unref()
  closeSync(out)
}
