/** Runs one command on an open link: stdin in, output to a collector, and the truth about how it ended. */
import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { OutputBuffer } from './collect.ts'
import { orAbort } from './deadline.ts'
import { lost, reasonOf, noEnding, refusedChannel } from './failures.ts'
import { feed } from './feed.ts'
import { announced, announcement } from './group.ts'
import type { Link } from './link.ts'
import { stopCommand } from './stop.ts'

export interface Work {
  readonly node: string
  readonly why: string
  /** Already rendered shell text. */
  readonly line: string
  readonly stdin?: Uint8Array | Readable | undefined
  readonly onSent?: ((bytes: number) => void) | undefined
  readonly into: OutputBuffer
}

/** Exactly one of the two is set. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

interface Started {
  readonly channel: ClientChannel
  readonly ended: Promise<Ending>
  /** The command's process group on the node, once it has said so. */
  readonly group: Promise<number | undefined>
}

/**
 * Failures: T001, T002, T006; the signal's reason on abort. After any of them the command was stopped and its channel
 * is closed, or that was tried for seconds.
 */
export async function execute(link: Link, work: Work, signal: AbortSignal): Promise<Ending> {
  const over = new AbortController()
  const started = await start(link, work, over.signal)
  try {
    const [result] = await orAbort(
      signal,
      Promise.all([
        started.ended.finally(() => over.abort()),
        feed(started.channel, work.stdin, work.onSent, over.signal),
      ]),
    )
    return result
  } catch (error) {
    over.abort()
    await stopCommand(link, started.channel, started.group)
    throw error
  } finally {
    over.abort()
  }
}

/**
 * No abort in here: the caller has its answer by its own signal, and a channel that opens late must still be found and
 * stopped.
 */
function start(link: Link, work: Work, over: AbortSignal): Promise<Started> {
  return new Promise((resolve, reject) => {
    const fail = (otherwise: Error): void => {
      const reason = link.lost()
      reject(reason === undefined ? otherwise : lost(work.node, work.why, reason))
    }
    if (link.lost() !== undefined) {
      fail(new Error('lost'))
      return
    }
    try {
      link.client.exec(`${announcement}${work.line}`, (error, channel) => {
        if (error !== undefined) {
          fail(refusedChannel(work.node, work.why, reasonOf(error)))
          return
        }
        // Listeners now, in this very call: a quick command's exit and close can be in the same packet.
        resolve(watch(channel, link, work, over))
      })
    } catch (error) {
      reject(lost(work.node, work.why, reasonOf(error)))
    }
  })
}

/** `ended` settles when the channel has closed and both outputs are read to their ends. */
function watch(channel: ClientChannel, link: Link, work: Work, over: AbortSignal): Started {
  const ended = Promise.withResolvers<Ending>()
  ended.promise.catch(() => undefined)
  let exit: Ending | undefined
  let open = 2
  const take =
    (sink: (chunk: Buffer) => void) =>
    (chunk: Buffer): void => {
      if (over.aborted) return
      // The caller's line callback runs in here.
      try {
        sink(chunk)
      } catch (error) {
        ended.reject(error)
      }
    }
  const stderr = announced(take(work.into.stderr))
  const part = (): void => {
    open -= 1
    if (open > 0) return
    stderr.end()
    if (over.aborted) return
    try {
      work.into.end()
    } catch (error) {
      ended.reject(error)
    }
    const reason = link.lost()
    if (exit !== undefined) ended.resolve(exit)
    else ended.reject(reason === undefined ? noEnding(work.node, work.why) : lost(work.node, work.why, reason))
  }
  channel.on('error', () => undefined)
  channel.stderr.on('error', () => undefined)
  channel.on('exit', (code: number | null, name?: string) => {
    exit = { code, signal: name ?? null }
  })
  channel.once('close', part)
  channel.stderr.once('end', part)
  channel.on('data', take(work.into.stdout))
  channel.stderr.on('data', stderr.add)
  return { channel, ended: ended.promise, group: stderr.group }
}
