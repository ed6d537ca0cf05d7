/** HTTP/1.1, plain or in TLS, over a forwarded stream, for services that listen only where the node can reach them. */
import { isIP } from 'node:net'
import type { IncomingHttpHeaders, IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Remote } from '../../ports.ts'
import { hostPort } from '../../domain/addresses.ts'
import { orAbort, withDeadline } from './deadline.ts'
import { badReply, late, reasonOf } from './failures.ts'

export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** A longer answer is a failure, not a cut answer. */
  readonly maxBytes: number
}

export interface HttpTarget {
  readonly host: string
  readonly port: number
  /** Absent: plain. */
  readonly tls?: {
    /** Roots to trust instead of the usual ones. */
    readonly ca?: string
  }
}

export interface RawHttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/**
 * Any status is an answer. Failures: T003 deadline, I040 nothing listens, I041 no HTTP or too long; those of the
 * connection. Redirects are not followed.
 */
export function httpOverRemote(remote: Remote, target: HttpTarget, call: HttpCall): Promise<RawHttpAnswer> {
  const at = `${target.tls === undefined ? 'http' : 'https'}://${hostPort(target.host, target.port)}${call.path}`
  return withDeadline(
    call,
    () => late(remote.name, `${call.method} ${at}`, call.timeoutMs),
    async (signal) => {
      // Importing it makes Node load all of its HTTP client, which most commands never need.
      const http = await import('node:http')
      const stream = await remote.forward(target.host, target.port, { timeoutMs: call.timeoutMs, signal })
      try {
        const wire = target.tls === undefined ? stream : await orAbort(signal, secured(stream, target))
        return await orAbort(signal, exchange(http.request, wire, target, call))
      } catch (error) {
        throw signal.aborted ? error : badReply(remote.name, at, reasonOf(error))
      } finally {
        stream.destroy()
      }
    },
  )
}

/** The certificate must be that of the host that was named, as everywhere. */
async function secured(stream: Duplex, { host, tls }: HttpTarget): Promise<Duplex> {
  const { connect } = await import('node:tls')
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: stream,
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    })
    socket.on('error', reject)
    socket.once('secureConnect', () => resolve(socket))
    socket.once('close', () => reject(new Error('the connection closed before TLS was agreed')))
  })
}

function exchange(ask: typeof request, stream: Duplex, target: HttpTarget, call: HttpCall): Promise<RawHttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = call.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(call.body)) }
    const sent = ask({
      method: call.method,
      path: call.path,
      host: target.host,
      port: target.port,
      createConnection: () => stream,
      headers: { connection: 'close', ...length, ...call.headers },
    })
    sent.on('error', reject)
    let answered = false
    // Without an answer the stream's end is the only sign; with one, its body knows whether it is whole.
    stream.once('close', () => {
      if (!answered) reject(new Error('the connection closed without an answer'))
    })
    sent.on('response', (answer) => {
      answered = true
      body(answer, call.maxBytes).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
        reject,
      )
    })
    sent.end(call.body)
  })
}

async function body(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  if (!answer.complete) throw new Error('the answer was cut off')
  return Buffer.concat(chunks)
}
