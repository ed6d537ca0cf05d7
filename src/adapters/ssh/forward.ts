/** A TCP stream that starts at the node (RFC 4254 §7.2, direct-tcpip). */
import type { Duplex } from 'node:stream'
import { orAbort } from './deadline.ts'
import { lost, reasonOf, noListener } from './failures.ts'
import type { Link } from './link.ts'

/** Failures: I040 when the node refuses or nothing listens there; T001. */
export function openForward(
  link: Link,
  node: string,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const target = `${host}:${port}`
  return orAbort(
    signal,
    new Promise((resolve, reject) => {
      try {
        link.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          const reason = link.lost()
          if (error !== undefined)
            reject(
              reason === undefined
                ? noListener(node, target, reasonOf(error))
                : lost(node, `forward to ${target}`, reason),
            )
          else {
            // Whoever takes the stream adds their own; an error must never go unheard.
            channel.on('error', () => undefined)
            if (signal.aborted) channel.destroy()
            resolve(channel)
          }
        })
      } catch (error) {
        reject(lost(node, `forward to ${target}`, reasonOf(error)))
      }
    }),
  )
}
