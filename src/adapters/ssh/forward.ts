/** A TCP stream that starts at the node (RFC 4254 §7.2, direct-tcpip). */
import type { Duplex } from 'node:stream'
import { hostPort } from '../../domain/addresses.ts'
import { orAbort } from './deadline.ts'
import { forbidden, lost, noListener, reasonOf } from './failures.ts'
import type { Link } from './link.ts'

/** OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254 §5.1: sshd may not forward, whoever listens there. */
const prohibited = 1

/** Failures: I040 when nothing listens there; T015 when its sshd may not forward; T001. */
export function openForward(
  link: Link,
  node: string,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const target = hostPort(host, port)
  return orAbort(
    signal,
    new Promise((resolve, reject) => {
      try {
        link.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          const reason = link.lost()
          if (error !== undefined)
            reject(
              reason !== undefined
                ? lost(node, `forward to ${target}`, reason, 'unknown')
                : (error as { readonly reason?: unknown }).reason === prohibited
                  ? forbidden(node, link.user, link.address, target)
                  : noListener(node, target, reasonOf(error)),
            )
          else {
            // Whoever takes the stream adds their own; an error must never go unheard.
            channel.on('error', () => undefined)
            if (signal.aborted) channel.destroy()
            resolve(channel)
          }
        })
      } catch (error) {
        reject(lost(node, `forward to ${target}`, reasonOf(error), 'not sent'))
      }
    }),
  )
}
