/** Runs one command on an open link: stdin in, output to a collector, and the truth about how it ended. */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientChannel } from 'ssh2'
import type { OutputBuffer } from './collect.ts'
import { orAbort } from './deadline.ts'
import { envelope, framed, type Frame } from './envelope.ts'
import { lost, noEnding, reasonOf, refusedChannel, unstarted, type Unstarted } from './failures.ts'
import { feed } from './feed.ts'
import type { Link } from './link.ts'
import { stopCommand, type Apart } from './stop.ts'

export interface Work {
  readonly node: string
  readonly why: string
  /** Already rendered shell text. */
  readonly line: string
  readonly stdin?: Uint8Array | Readable | undefined
  readonly onSent?: ((bytes: number) => void) | undefined
  readonly into: OutputBuffer
  /** One command over a connection of its own, for a clean-up that finds no channel. */
  readonly apart: Apart
}

/** Exactly one of the two is set. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

interface Started {
  readonly channel: ClientChannel
  readonly ended: Promise<Ending>
  readonly frame: Frame
}

/** A login shell that did not start the command after so long reads its stdin itself, or never will. */
const startMs = 20_000

/**
 * Failures: T001, T002, T006, T013; the signal's reason on abort. After any of them the command was stopped and its
 * channel is closed, or that was tried for seconds.
 */
export async function execute(link: Link, work: Work, signal: AbortSignal): Promise<Ending> {
  const over = new AbortController()
  const started = await start(link, work, over.signal)
  try {
    const [result] = await orAbort(
      signal,
      Promise.all([started.ended.finally(() => over.abort()), fed(started, link, work, over.signal)]),
    )
    return result
  } catch (error) {
    over.abort()
    await stopCommand(
      link,
      started.channel,
      started.frame.opened.then((o) => o?.group),
      work.apart,
    )
    throw error
  } finally {
    over.abort()
  }
}

/** Not a byte of stdin leaves before the command said that it runs: whoever else reads it would run it. */
async function fed({ channel, frame }: Started, link: Link, work: Work, over: AbortSignal): Promise<void> {
  if (work.stdin !== undefined) {
    const opened = await Promise.race([
      frame.opened,
      sleep(startMs, 'late' as const, { signal: over }).catch(() => null),
    ])
    if (opened === 'late') throw unstarted(didNotStart(link, work, frame, undefined))
    if (opened === undefined || opened === null) return
  }
  await feed(channel, work.stdin, work.onSent, over)
}

const didNotStart = (link: Link, work: Work, frame: Frame, ending: Ending | undefined): Unstarted => ({
  node: work.node,
  user: link.user,
  address: link.address,
  why: work.why,
  ending: ending === undefined ? null : (ending.signal ?? `exit ${String(ending.code)}`),
  said: frame.stray(),
})

/**
 * No abort in here: the caller has its answer by its own signal, and a channel that opens late must still be found and
 * stopped.
 */
function start(link: Link, work: Work, over: AbortSignal): Promise<Started> {
  const token = randomBytes(8).toString('hex')
  return new Promise((resolve, reject) => {
    let sent = false
    const fail = (otherwise: Error): void => {
      const reason = link.lost()
      reject(reason === undefined ? otherwise : lost(work.node, work.why, reason, sent ? 'unknown' : 'not sent'))
    }
    if (link.lost() !== undefined) {
      fail(new Error('lost'))
      return
    }
    try {
      sent = true
      link.client.exec(envelope(work.line, token), (error, channel) => {
        if (error !== undefined) {
          fail(refusedChannel(work.node, work.why, reasonOf(error)))
          return
        }
        // Listeners now, in this very call: a quick command's exit and close can be in the same packet.
        resolve(watch(channel, link, work, over, token))
      })
    } catch (error) {
      reject(lost(work.node, work.why, reasonOf(error), 'not sent'))
    }
  })
}

/** `ended` settles when the channel has closed and both outputs are read to their ends. */
function watch(channel: ClientChannel, link: Link, work: Work, over: AbortSignal, token: string): Started {
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
  const stdout = framed(token, take(work.into.stdout))
  const stderr = framed(token, take(work.into.stderr))
  const part = (): void => {
    open -= 1
    if (open > 0) return
    try {
      stdout.end()
      stderr.end()
      if (over.aborted) return
      work.into.end()
    } catch (error) {
      ended.reject(error)
    }
    const reason = link.lost()
    const start = stdout.start()
    if (reason !== undefined && exit === undefined)
      ended.reject(lost(work.node, work.why, reason, start === undefined ? 'unknown' : 'begun'))
    else if (exit === undefined) ended.reject(noEnding(work.node, work.why))
    else if (start === undefined)
      ended.reject(unstarted(didNotStart(link, work, stdout.stray() === '' ? stderr : stdout, exit)))
    else if (start.leads) ended.resolve(exit)
    else if (stdout.code() !== undefined) ended.resolve({ code: stdout.code() ?? null, signal: null })
    // A wrapper's success is not the command's.
    else if (exit.code === 0) ended.reject(noEnding(work.node, work.why))
    else ended.resolve(exit)
  }
  channel.on('error', () => undefined)
  channel.stderr.on('error', () => undefined)
  channel.on('exit', (code: number | null, name?: string) => {
    exit = { code, signal: name ?? null }
  })
  channel.once('close', part)
  channel.stderr.once('end', part)
  channel.on('data', stdout.add)
  channel.stderr.on('data', stderr.add)
  return { channel, ended: ended.promise, frame: stdout }
}
