/** Ends a command that is still running on a node, and waits until its channel is free again. */
import type { ClientChannel } from 'ssh2'
import type { Link } from './link.ts'

/** How long the node may take; afterwards the channel is given up. */
const patienceMs = 5000

/** TERM to the group, two seconds for its traps, then KILL. Ids of 0 and 1 would mean everybody. */
const kill = (group: number): string =>
  `exec /bin/sh -c 'exec 2>/dev/null; kill -s TERM -- -${group} || exit 0; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; kill -s 0 -- -${group} || exit 0; done; kill -s KILL -- -${group}'`

export type Apart = (work: (link: Link) => Promise<void>) => Promise<void>

/**
 * Never rejects. The caller has its answer already; the place in the queue is kept so that sshd's MaxSessions holds.
 */
export async function stopCommand(
  link: Link,
  channel: ClientChannel,
  group: Promise<number | undefined>,
  apart: Apart,
): Promise<void> {
  if (link.lost() !== undefined || stateOf(channel) === 'closed') return
  const closed = new Promise<undefined>((resolve) => {
    channel.once('close', () => resolve(undefined))
  })
  const timer = Promise.withResolvers<undefined>()
  const handle = setTimeout(timer.resolve, patienceMs, undefined)
  try {
    // A command stopped in its first moment may not have announced its group yet; a closed channel would never tell.
    const leader = await Promise.race([group, closed, link.whenLost, timer.promise])
    hangUp(link, channel)
    if (typeof leader === 'number' && leader > 1)
      await Promise.race([link.tidy(() => ended(link, leader, apart)), link.whenLost, timer.promise])
    await Promise.race([closed, link.whenLost, timer.promise])
  } finally {
    clearTimeout(handle)
  }
}

/**
 * Asks by the protocol (an sshd with privilege separation does it at once) and closes the channel. ssh2's
 * `channel.signal()` stays silent
 * once stdin has ended, though RFC 4254 §6.9 allows the packet, so it is written by the protocol object below it.
 */
function hangUp(link: Link, channel: ClientChannel): void {
  const { outgoing } = channel as unknown as { readonly outgoing?: { readonly id: number; readonly state: string } }
  const { _protocol: protocol } = link.client as unknown as {
    readonly _protocol?: { signal(id: number, name: string): void }
  }
  try {
    // A signal for a channel that is closed already would make sshd end the connection.
    if (outgoing?.state === 'open' || outgoing?.state === 'eof') protocol?.signal(outgoing.id, 'TERM')
    channel.close()
  } catch {
    /* it has closed meanwhile */
  }
}

/** Where the command holds the only channel that sshd grants, the clean-up comes by another way. */
async function ended(link: Link, leader: number, apart: Apart): Promise<void> {
  if (await oneLine(link, kill(leader))) return
  await apart(async (other) => void (await oneLine(other, kill(leader)))).catch(() => undefined)
}

/** Runs one line whose outcome nobody needs; false: the node refused a channel for it. */
function oneLine(link: Link, line: string): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      link.client.exec(line, (error, channel) => {
        if (error !== undefined) {
          resolve(false)
          return
        }
        channel
          .on('error', () => undefined)
          .once('close', () => resolve(true))
          .resume()
        channel.stderr.on('error', () => undefined).resume()
        channel.end()
      })
    } catch {
      resolve(true)
    }
  })
}

/** The types of ssh2 leave out a channel's state; a channel may close before its event is heard, so it is read there. */
const stateOf = (channel: ClientChannel): string | undefined =>
  (channel as unknown as { readonly incoming?: { readonly state: string } }).incoming?.state
