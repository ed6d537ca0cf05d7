/** Brings what a command needs on a runner: our prober, the lab's system tools, and root for the lab. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { execa } from 'execa'
import { Failure } from '../domain/failure.ts'

export interface Brought {
  readonly VPS_TEST_PROBE: string
  readonly VPS_TEST_DELAY: string
  readonly PATH: string
}

/** `root`: this package. What is there already is not made again. */
export async function bring(what: 'prober' | 'lab', root: string, signal: AbortSignal): Promise<Brought> {
  const ended = await execa(process.execPath, [join(root, 'scripts/runner.mjs'), what], {
    reject: false,
    timeout: 20 * 60_000,
    cancelSignal: signal,
    stdin: 'ignore',
    maxBuffer: 16 << 20,
  })
  signal.throwIfAborted()
  const line = ended.stdout.trim().split('\n').at(-1) ?? ''
  if (ended.exitCode !== 0 || !line.startsWith('{'))
    throw new Failure({
      code: 'I101',
      message: `cannot bring the ${what}: ${ended.stderr.trim().split('\n').slice(-5).join(' ')}`,
      remedy: 'vps-test doctor',
    })
  return JSON.parse(line) as Brought
}

/**
 * After a cancellation the root process takes its lab down, for which it gives itself a minute; the runner, which kills
 * this process after 10 s, cannot kill that one.
 */
const patienceMs = 75_000

/**
 * The same entry again, as root: its environment goes through a pipe, never through a command line. Answers with its
 * exit code.
 * The pipe stays open as long as somebody waits: a plain user may not signal sudo or what it started (EPERM), and one
 * that was killed cannot; a closed pipe tells it in both cases.
 */
export async function againAsRoot(
  root: string,
  entry: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted()
  const child = spawn('sudo', ['-n', process.execPath, join(root, 'scripts/runner.mjs'), 'as-root'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  child.stdin
    .on('error', () => undefined)
    .write(`${JSON.stringify({ env, argv: [process.execPath, entry], patienceMs })}\n`)
  const cancel = (): void => {
    child.stdin.end()
  }
  signal.addEventListener('abort', cancel, { once: true })
  return new Promise((done, fail) => {
    child.on('error', (error) => {
      fail(
        new Failure(
          {
            code: 'I102',
            message: `the lab needs root, and sudo does not start: ${error.message}`,
          },
          error,
        ),
      )
    })
    child.on('close', (code) => {
      signal.removeEventListener('abort', cancel)
      done(code ?? 1)
    })
  })
}
