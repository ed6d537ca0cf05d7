/** A node over SSH: the port Remote, with at most eight commands in flight, and retries that cannot do harm. */
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Command } from '../../commands/command.ts'
import { hostPort } from '../../domain/addresses.ts'
import { fleetReference, type Fleet, type FleetNode } from '../../domain/fleet.ts'
import type { Remote, RunOptions, RunResult } from '../../ports.ts'
import { collector } from './collect.ts'
import type { OutputBuffer } from './collect.ts'
import { withDeadline } from './deadline.ts'
import { late, reasonOf } from './failures.ts'
import { execute } from './exec.ts'
import type { Ending } from './exec.ts'
import { openForward } from './forward.ts'
import { shellLine } from './line.ts'
import type { Link } from './link.ts'
import { mostChannels, Pool } from './pool.ts'
import { pinnedKeys, reach } from './reach.ts'
import type { ReachOptions } from './reach.ts'
import { completeResult } from './result.ts'
import { isFailure } from '../../domain/failure.ts'
import { afterLoss, isLost, isSilence, mayRetry, mostRefusals, pauseAfter } from './retry.ts'
import type { RuleId } from '../../domain/recovery/rules.ts'

export interface OpenOptions extends ReachOptions {
  /** Its abort closes the connection. */
  readonly signal: AbortSignal
}

/**
 * Connects to the node. Failures: T004, T005, T007, T010, T011, T012. A connection lost later is replaced by the next
 * call. An idempotent command that is run again calls `onLine` and `onSent` from the start again.
 */
export async function openRemote(node: FleetNode, fleet: Fleet, options: OpenOptions): Promise<Remote> {
  options.signal.throwIfAborted()
  pinnedKeys(node.name, fleetReference(fleet), node.hostKeys)
  const pool = new Pool(node.name, (signal) => reach(node, fleet, options, signal))
  const limit = pLimit(mostChannels)
  const running = new Set<Promise<unknown>>()
  const abort = (): void => {
    void end(options.signal.reason)
  }
  const end = (reason?: unknown): Promise<void> => {
    options.signal.removeEventListener('abort', abort)
    return pool.close(reason, () => Promise.allSettled(running))
  }
  options.signal.addEventListener('abort', abort, { once: true })

  const fire = (rule: RuleId, error: unknown, done: string, nth: number, acted: boolean): void =>
    options.recoveries?.fire(rule, {
      node: node.name,
      recognised: reasonOf(error),
      done,
      nth: acted ? nth : nth - 1,
      ...(acted ? {} : { usedUp: true }),
    })

  /**
   * The whole of a call: its place in the queue, the connection, the work, and further tries, all under one deadline.
   */
  const call = <T>(
    why: string,
    replayable: boolean,
    run: Pick<RunOptions, 'timeoutMs' | 'signal'>,
    work: (link: Link, signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    let phase = 'waiting for a free channel'
    return withDeadline(
      run,
      () => late(node.name, why, run.timeoutMs, phase),
      async (signal) => {
        let refusals = 0
        for (let tried = 1; ;) {
          try {
            return await limit(() => {
              signal.throwIfAborted()
              phase = 'connecting'
              const turn = pool.turn()
              const done = turn.connection
                .link(signal)
                .then((link) => {
                  phase = 'running'
                  return work(link, signal)
                })
                .catch((error: unknown) => {
                  if (isFailure(error, 'T006')) turn.refused()
                  throw error
                })
              running.add(done)
              return done.finally(() => {
                running.delete(done)
                turn.done()
              })
            })
          } catch (error) {
            // Nothing was sent, so every command may ask again, for fewer channels at once.
            if (!signal.aborted && isFailure(error, 'T006')) {
              const more = ++refusals < mostRefusals
              fire('channel-refused', error, more ? 'asks for fewer channels at once' : 'gives up', refusals, more)
              if (more) continue
            }
            const again = !signal.aborted && mayRetry(error, tried, replayable)
            if (!signal.aborted && isLost(error))
              fire(
                isSilence(error) ? 'half-open' : 'connection-lost',
                error,
                afterLoss(again, replayable),
                tried,
                again,
              )
            if (!again) throw error
            phase = `after: ${reasonOf(error)}`
            await sleep(pauseAfter(tried), undefined, { signal })
            tried++
          }
        }
      },
      pool.life,
    )
  }

  const apart = (work: (link: Link) => Promise<void>): Promise<void> => pool.apart(work)
  const exec = async (
    command: Command,
    run: RunOptions,
    lines: boolean,
  ): Promise<{ readonly ending: Ending; readonly into: OutputBuffer }> => {
    const { stdin, onSent, onLine, maxBytes } = run
    const stream = stdin === undefined || stdin instanceof Uint8Array ? undefined : stdin
    // It may fail while it waits for its turn; reading it reports that.
    stream?.on('error', () => undefined)
    try {
      const line = shellLine(command)
      return await call(command.why, command.idempotent && stream === undefined, run, async (link, signal) => {
        const into = collector({
          ...(maxBytes === undefined ? {} : { maxBytes }),
          ...(onLine !== undefined && lines ? { onLine } : {}),
        })
        return {
          ending: await execute(link, { node: node.name, why: command.why, line, stdin, onSent, into, apart }, signal),
          into,
        }
      })
    } finally {
      stream?.destroy()
    }
  }

  const remote: Remote = {
    name: node.name,
    run: async (command, run): Promise<RunResult> => {
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
      return completeResult(node.name, command.why, ending, into)
    },
    forward: (host, port, run): Promise<Duplex> =>
      call(`forward to ${hostPort(host, port)}`, true, run, (link, signal) =>
        openForward(link, node.name, host, port, signal),
      ),
    close: () => end(),
  }
  try {
    const first = pool.turn()
    await first.connection.link(options.signal).finally(first.done)
  } catch (error) {
    await end()
    throw error
  }
  return remote
}
