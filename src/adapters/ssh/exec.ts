/** Runs one line on an open link: stdin in, output to a collector, and the truth about how it ended. */
import type { Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { Collector } from './collect.ts'
import { orAbort } from './deadline.ts'
import { lost, messageOf, noEnding, refusedChannel } from './failures.ts'
import { feed } from './feed.ts'
import type { Link } from './link.ts'

export interface Work {
  readonly node: string
  readonly why: string
  /** Already rendered shell text. */
  readonly line: string
  readonly stdin?: Uint8Array | Readable | undefined
  readonly onSent?: ((bytes: number) => void) | undefined
  readonly into: Collector
}

/** Exactly one of the two is set. */
export interface Ending { readonly code: number | null; readonly signal: string | null }

/** Failures: T001, T002, T006; the signal's reason on abort, after which the command was told to stop and the channel closed. */
export async function execute(link: Link, work: Work, signal: AbortSignal): Promise<Ending> {
  const channel = await openChannel(link, work, signal)
  const over = new AbortController()
  try {
    const ended = ending(channel, link, work, over.signal)
    const [result] = await orAbort(signal, Promise.all([
      ended.finally(() => over.abort()),
      feed(channel, work.stdin, work.onSent, over.signal),
    ]))
    return result
  } catch (error) {
    terminate(link, channel)
    throw error
  } finally {
    over.abort()
  }
}

function openChannel(link: Link, work: Work, signal: AbortSignal): Promise<ClientChannel> {
  const gone = link.lost()
  if (gone !== undefined) return Promise.reject(lost(work.node, work.why, gone))
  return orAbort(signal, new Promise((resolve, reject) => {
    try {
      link.client.exec(work.line, (error, channel) => {
        if (error !== undefined) {
          const reason = link.lost()
          reject(reason === undefined ? refusedChannel(work.node, work.why, messageOf(error)) : lost(work.node, work.why, reason))
        } else if (signal.aborted) {
          channel.on('error', () => undefined)
          channel.resume()
          channel.stderr.resume()
          terminate(link, channel)
        } else {
          resolve(channel)
        }
      })
    } catch (error) {
      reject(lost(work.node, work.why, messageOf(error)))
    }
  }))
}

/** Settles when the channel has closed and both outputs are read to their ends. */
function ending(channel: ClientChannel, link: Link, work: Work, over: AbortSignal): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let exit: Ending | undefined
    let open = 2
    const take = (sink: (chunk: Buffer) => void) => (chunk: Buffer): void => {
      if (over.aborted) return
      // The caller's line callback runs in here.
      try { sink(chunk) } catch (error) { reject(error) }
    }
    const part = (): void => {
      open -= 1
      if (open > 0 || over.aborted) return
      try { work.into.end() } catch (error) { reject(error); return }
      const reason = link.lost()
      if (exit !== undefined) resolve(exit)
      else reject(reason === undefined ? noEnding(work.node, work.why) : lost(work.node, work.why, reason))
    }
    channel.on('error', () => undefined)
    channel.stderr.on('error', () => undefined)
    channel.on('exit', (code: number | null, name?: string) => { exit = { code, signal: name ?? null } })
    channel.once('close', part)
    channel.stderr.once('end', part)
    channel.on('data', take(work.into.stdout))
    channel.stderr.on('data', take(work.into.stderr))
  })
}

/**
 * Tells the command's process group to stop, and closes the channel. ssh2's `channel.signal()` stays silent once stdin has ended,
 * though RFC 4254 §6.9 allows the packet, so it is written by the protocol object below it.
 */
function terminate(link: Link, channel: ClientChannel): void {
  if (link.lost() !== undefined) return
  const id = (channel as unknown as { readonly outgoing?: { readonly id: number } }).outgoing?.id
  const { _protocol: wire } = link.client as unknown as { readonly _protocol?: { signal(id: number, name: string): void } }
  try {
    if (id !== undefined) wire?.signal(id, 'TERM')
    channel.close()
  } catch { /* it has closed meanwhile */ }
}
