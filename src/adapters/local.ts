/**
 * The orchestrator's own machine behind a prefix, as a Remote: lab NAT boxes are network namespaces entered by nsenter.
 */
import type { Readable } from 'node:stream'
import type { Command } from '../commands/command.ts'
import type { Remote, RunOptions } from '../ports.ts'
import { startProcess } from './process.ts'
import { collector } from './ssh/collect.ts'
import type { OutputBuffer } from './ssh/collect.ts'
import { orAbort, withDeadline } from './ssh/deadline.ts'
import type { Ending } from './ssh/exec.ts'
import { closed, late, reasonOf, noForward, nodeUnreachable } from './ssh/failures.ts'
import { feed } from './ssh/feed.ts'
import { shellLine } from './ssh/line.ts'
import { completeResult } from './ssh/result.ts'

/**
 * `prefix`: argv before the command, such as `nsenter --net=… --`; empty runs it here. Failures: T003, T004 when the
 * prefix cannot start.
 */
export function localRemote(name: string, prefix: readonly string[]): Remote {
  const life = new AbortController()
  const exec = async (
    command: Command,
    run: RunOptions,
    lines: boolean,
  ): Promise<{ readonly ending: Ending; readonly into: OutputBuffer }> => {
    const stream = run.stdin === undefined || run.stdin instanceof Uint8Array ? undefined : run.stdin
    stream?.on('error', () => undefined)
    const into = collector({
      ...(run.maxBytes === undefined ? {} : { maxBytes: run.maxBytes }),
      ...(run.onLine !== undefined && lines ? { onLine: run.onLine } : {}),
    })
    const argv = [...prefix, 'sh', '-c', shellLine(command)]
    try {
      const ending = await withDeadline(
        run,
        () => late(name, command.why, run.timeoutMs),
        (own) => spawned(name, argv, run, into, own),
        life.signal,
      )
      return { ending, into }
    } finally {
      stream?.destroy()
    }
  }
  return {
    name,
    run: async (command, run) => {
      const started = performance.now()
      const { ending, into } = await exec(command, run, true)
      return {
        ...ending,
        stdout: into.out().toString('utf8'),
        stderr: into.err().toString('utf8'),
        truncated: into.truncated(),
        ms: performance.now() - started,
      }
    },
    read: async (command, run) => {
      const { ending, into } = await exec(command, run, false)
      return completeResult(name, command.why, ending, into)
    },
    forward: () => Promise.reject(noForward(name)),
    close: async () => {
      if (!life.signal.aborted) life.abort(closed(name))
    },
  }
}

/** In a process group of its own, so that a deadline reaches the command's children too. */
async function spawned(
  name: string,
  argv: readonly string[],
  run: RunOptions,
  into: OutputBuffer,
  signal: AbortSignal,
): Promise<Ending> {
  const child = startProcess(argv)
  const over = new AbortController()
  const broken = Promise.withResolvers<never>()
  const take =
    (sink: (chunk: Buffer) => void) =>
    (chunk: Buffer): void => {
      if (over.signal.aborted) return
      try {
        sink(chunk)
      } catch (error) {
        broken.reject(error)
      }
    }
  child.stdout.on('data', take(into.stdout))
  child.stderr.on('data', take(into.stderr))
  try {
    const outputs = Promise.all([ended(child.stdout), ended(child.stderr)])
    const done = Promise.all([child.exited, outputs]).finally(() => over.abort())
    const [[exit]] = await orAbort(
      signal,
      Promise.race([broken.promise, Promise.all([done, feed(child.stdin, run.stdin, run.onSent, over.signal)])]),
    )
    into.end()
    if (exit.kind === 'not started')
      throw nodeUnreachable(name, [`${argv[0]} cannot be started: ${reasonOf(exit.why)}`])
    return exit.kind === 'exited' ? { code: exit.code, signal: null } : { code: null, signal: exit.signal }
  } catch (error) {
    await child.end()
    throw error
  } finally {
    over.abort()
  }
}

const ended = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    stream.once('close', resolve)
  })
