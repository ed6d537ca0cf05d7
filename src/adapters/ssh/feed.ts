/** Sends a command its stdin with backpressure. */
import type { Readable, Writable } from 'node:stream'
import { orAbort } from './deadline.ts'

const slice = 64 * 1024

/**
 * Writes the source and ends the stream. `over` aborts when the command has ended: a command that stops reading early
 * is no error,
 * its exit code says what it means. An error of the source rejects, and the stream is left without an end.
 */
export async function feed(
  into: Writable,
  source: Uint8Array | Readable | undefined,
  onSent: ((bytes: number) => void) | undefined,
  over: AbortSignal,
): Promise<void> {
  if (source === undefined) {
    into.end()
    return
  }
  const stop = (): void => {
    if (!(source instanceof Uint8Array)) source.destroy()
  }
  over.addEventListener('abort', stop, { once: true })
  try {
    let sent = 0
    for await (const chunk of source instanceof Uint8Array ? slices(source) : source) {
      over.throwIfAborted()
      const bytes: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      await orAbort(over, written(into, bytes))
      sent += bytes.length
      onSent?.(sent)
    }
    over.throwIfAborted()
    into.end()
  } catch (error) {
    if (!over.aborted) throw error
  } finally {
    over.removeEventListener('abort', stop)
  }
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += slice) yield bytes.subarray(at, at + slice)
}

/**
 * Resolves when the stream has taken the bytes. A write that fails means that nobody reads any more: `over` follows.
 */
const written = (into: Writable, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    into.write(bytes, (error) => {
      if (error === null || error === undefined) resolve()
    })
  })
