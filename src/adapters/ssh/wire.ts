/** The byte stream under an SSH connection: TCP, or a proxy program's stdio. */
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { startProcess } from '../process.ts'
import { orAbort } from './deadline.ts'
import { clean, reasonOf } from './failures.ts'

export interface Wire {
  readonly stream: Duplex
  /** Why the carrier itself failed, once it has: what a proxy program said. Waits shortly for its end. */
  complaint(): Promise<string | undefined>
  /** Frees everything the wire holds. */
  destroy(): void
}

/** A TCP connection without Nagle's delay. Rejects when nothing answers or the signal aborts. */
export async function tcpWire(host: string, port: number, signal: AbortSignal): Promise<Wire> {
  const socket = connect({ host, port, noDelay: true })
  // Stays for the life of the socket: errors arrive when they like.
  socket.on('error', () => undefined)
  try {
    await orAbort(
      signal,
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject)
      }),
    )
  } catch (error) {
    socket.destroy()
    throw error
  }
  return { stream: socket, complaint: async () => undefined, destroy: () => socket.destroy() }
}

const stderrTail = 4096
/** A program that fails says so at once; one that still runs after its stream ended is not waited for. */
const complaintMs = 500

/** Starts the program; its stdin and stdout are the connection. It dies with it. */
export function proxyWire(argv: readonly string[]): Wire {
  const child = startProcess(argv)
  const proxy = `proxy ${argv[0]}`
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-stderrTail)
  })
  const ended = child.exited.then((exit) =>
    exit.kind === 'exited' && exit.code === 0
      ? undefined
      : `${proxy}: ${clean(said) || (exit.kind === 'exited' ? `exit code ${exit.code}` : exit.kind === 'signalled' ? 'ended by a signal' : reasonOf(exit.why))}`,
  )
  const stream = child.duplex()
  stream.on('error', () => undefined)
  const kill = (): void => {
    stream.destroy()
    child.kill()
  }
  return {
    stream,
    complaint: () =>
      Promise.race([
        ended,
        new Promise<undefined>((resolve) => {
          setTimeout(resolve, complaintMs, undefined).unref()
        }),
      ]),
    destroy: kill,
  }
}
