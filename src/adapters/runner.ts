/** Brings what a command needs on a runner: our prober, the lab's system tools, and root for the lab. */
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import { runAttached, runProcess } from './process.ts'

export interface Brought {
  readonly VPS_TEST_PROBE: string
  readonly VPS_TEST_DELAY: string
  readonly PATH: string
}

/** `root`: this package. What is there already is not made again. */
export async function bring(what: 'prober' | 'lab', root: string, signal: AbortSignal): Promise<Brought> {
  const { ending, stdout, stderr } = await runProcess([process.execPath, join(root, 'scripts/runner.mjs'), what], {
    timeoutMs: 20 * 60_000,
    signal,
    keepBytes: 16 << 20,
  })
  const line = stdout.toString('utf8').trim().split('\n').at(-1) ?? ''
  if (ending.kind !== 'exited' || ending.code !== 0 || !line.startsWith('{'))
    throw new Failure({
      code: 'I101',
      message: `cannot bring the ${what}: ${stderr.toString('utf8').trim().split('\n').slice(-5).join(' ')}`,
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
  const exit = await runAttached(['sudo', '-n', process.execPath, join(root, 'scripts/runner.mjs'), 'as-root'], {
    text: `${JSON.stringify({ env, argv: [process.execPath, entry], patienceMs })}\n`,
    signal,
  })
  if (exit.kind === 'not started')
    throw new Failure({ code: 'I102', message: `the lab needs root, and sudo does not start: ${exit.why}` })
  return exit.kind === 'exited' ? exit.code : 1
}
