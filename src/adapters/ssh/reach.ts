/** Finds a way to a node: hostname then IP, directly, through a proxy program or through a jump host. */
import { setTimeout as sleep } from 'node:timers/promises'
import { fleetReference, type Fleet, type FleetNode } from '../../domain/fleet.ts'
import { Failure, isFailure } from '../../domain/failure.ts'
import type { Log } from '../../ports.ts'
import type { Recoveries } from '../../ports/recoveries.ts'
import { addressesOf, proxyArgv, shareOf } from './address.ts'
import { hostPort } from '../../domain/addresses.ts'
import { orAbort, withDeadline } from './deadline.ts'
import { reasonOf, unpinned, nodeUnreachable } from './failures.ts'
import { parseHostKey } from './hostkey.ts'
import type { HostKey } from './hostkey.ts'
import { openLink } from './link.ts'
import type { Link, Peer } from './link.ts'
import { maxStarts, pauseBeforeStart } from './retry.ts'
import { proxyWire, tcpWire } from './wire.ts'
import type { Wire } from './wire.ts'

export interface ReachOptions {
  /** Text of an unencrypted private key, as `readPrivateKey` gives it. */
  readonly privateKey: string
  /** For all addresses together, milliseconds. */
  readonly connectTimeoutMs: number
  readonly log?: Log
  readonly recoveries?: Recoveries
}

/** The keys that may be accepted. Without a usable one: T010, before a single packet. */
export function pinnedKeys(node: string, fleet: string, lines: readonly string[], what?: string): readonly HostKey[] {
  const keys = lines.map(parseHostKey).filter((k) => k !== undefined)
  if (keys.length === 0) throw unpinned(node, fleet, what)
  return keys
}

/** Opens a wire to one address of the node and does `work` on it; the wire is freed when the work fails. */
export async function overWire<T>(
  node: FleetNode,
  fleet: Fleet,
  address: string,
  options: ReachOptions,
  signal: AbortSignal,
  work: (wire: Wire) => Promise<T>,
): Promise<T> {
  const wire = await wireTo(node, fleet, address, options, signal)
  try {
    return await work(wire)
  } catch (error) {
    wire.destroy()
    throw error
  }
}

/** One authenticated link to the node. Failures: T004, T005, T007, T010, T011, T012. */
export async function reach(node: FleetNode, fleet: Fleet, options: ReachOptions, signal: AbortSignal): Promise<Link> {
  const peer: Peer = {
    name: node.name,
    fleet: fleetReference(fleet),
    user: node.user,
    pinned: pinnedKeys(node.name, fleetReference(fleet), node.hostKeys),
    privateKey: options.privateKey,
  }
  return eachAddress(node, fleet, options, signal, (address, part) =>
    overWire(node, fleet, address, options, part, (wire) =>
      openLink(wire, hostPort(address, node.sshPort), peer, part),
    ),
  )
}

/**
 * Tries the node's addresses in order, each with its part of the time; starts that the server refuses (MaxStartups)
 * back off and are tried again.
 */
export async function eachAddress<T>(
  node: FleetNode,
  fleet: Fleet,
  options: ReachOptions,
  signal: AbortSignal,
  attempt: (address: string, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const until = performance.now() + options.connectTimeoutMs
  const addresses = addressesOf(node)
  const said: string[] = []
  let refused: Failure | undefined
  for (const [i, address] of addresses.entries()) {
    const mine = performance.now() + shareOf(until - performance.now(), addresses.length - i)
    for (let tried = 1; ; tried++) {
      const timeoutMs = Math.max(1, mine - performance.now())
      try {
        return await withDeadline(
          { timeoutMs, signal },
          () => new Error(`no answer within ${(timeoutMs / 1000).toFixed(1)} s`),
          (part) => attempt(address, part),
        )
      } catch (error) {
        signal.throwIfAborted()
        refused = isFailure(error, 'T007') ? error : undefined
        if (isFailure(error, 'T011'))
          options.recoveries?.fire(
            'host-key-changed',
            { node: node.name, recognised: error.message, done: 'nothing was sent; the session stops', nth: 0 },
            error,
          )
        if (error instanceof Failure && refused === undefined) throw error
        const recognised = `${hostPort(address, node.sshPort)}: ${reasonOf(error)}`
        if (refused !== undefined) {
          const again = tried < maxStarts && performance.now() + pauseBeforeStart(tried) < mine
          options.recoveries?.fire('start-refused', {
            node: node.name,
            recognised,
            done: again ? `waits ${pauseBeforeStart(tried)} ms and connects again` : 'gives this address up',
            nth: again ? tried : tried - 1,
            ...(again ? {} : { usedUp: true }),
          })
          if (again) {
            await sleep(pauseBeforeStart(tried), undefined, { signal })
            continue
          }
        }
        said.push(recognised)
        const next = addresses[i + 1]
        if (addresses.length > 1)
          options.recoveries?.fire('address-failed', {
            node: node.name,
            recognised,
            done:
              next === undefined
                ? 'neither address leads to the node'
                : `tries ${hostPort(next, node.sshPort)} instead`,
            nth: next === undefined ? i : i + 1,
            ...(next === undefined ? { usedUp: true } : {}),
          })
        break
      }
    }
  }
  throw refused ?? nodeUnreachable(node.name, said, fleetReference(fleet))
}

function wireTo(
  node: FleetNode,
  fleet: Fleet,
  address: string,
  options: ReachOptions,
  signal: AbortSignal,
): Promise<Wire> | Wire {
  const { proxy } = node
  if (proxy === undefined) return tcpWire(address, node.sshPort, signal)
  if (proxy.kind === 'command') return proxyWire(proxyArgv(proxy.argv, address, node.sshPort, node.user))
  return jumpWire(node, fleet, proxy, address, options, signal)
}

/** Through another verified connection: the jump host is checked against its own pinned keys. */
async function jumpWire(
  node: FleetNode,
  fleet: Fleet,
  jump: Extract<FleetNode['proxy'], { kind: 'jump' }>,
  address: string,
  options: ReachOptions,
  signal: AbortSignal,
): Promise<Wire> {
  const at = hostPort(jump.host, jump.port)
  const peer: Peer = {
    name: node.name,
    fleet: fleetReference(fleet),
    user: jump.user,
    pinned: pinnedKeys(node.name, fleetReference(fleet), jump.hostKeys, `its jump host ${at}`),
    privateKey: options.privateKey,
  }
  const under = await tcpWire(jump.host, jump.port, signal)
  const link = await openLink(under, `jump host ${at}`, peer, signal)
  try {
    const stream = await orAbort(
      signal,
      new Promise<Wire['stream']>((resolve, reject) => {
        link.client.forwardOut('127.0.0.1', 0, address, node.sshPort, (error, channel) =>
          error instanceof Error ? reject(new Error(`jump host ${at}: ${error.message}`)) : resolve(channel),
        )
      }),
    )
    stream.on('error', () => undefined)
    return {
      stream,
      complaint: async () => undefined,
      destroy: () => {
        stream.destroy()
        link.destroy('the connection through it ended')
      },
    }
  } catch (error) {
    link.destroy('not needed')
    throw error
  }
}
