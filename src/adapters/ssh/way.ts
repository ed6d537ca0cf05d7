/** The way to a node before SSH begins, step by step: its name, and whether anything answers at its port. */
import { lookup } from 'node:dns/promises'
import { hostPort } from '../../domain/addresses.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { WayStep } from '../../domain/node-look.ts'
import { addressesOf } from './address.ts'
import { withDeadline } from './deadline.ts'
import { clean, reasonOf } from './failures.ts'
import { tcpWire } from './wire.ts'

const stepMs = 5000

/** What is reached through a proxy or a jump host is looked at by the connection itself. */
export async function wayTo(node: FleetNode, signal: AbortSignal): Promise<readonly WayStep[]> {
  if (node.proxy !== undefined)
    return [
      {
        name: 'way',
        state: 'good',
        detail:
          node.proxy.kind === 'jump' ? `jump host ${hostPort(node.proxy.host, node.proxy.port)}` : 'a proxy program',
      },
    ]
  const [host = node.ip] = addressesOf(node)
  return [
    await timed('name', signal, () => resolved(host, node.ip)),
    await timed('port', signal, (own) => answers(node, own)),
  ]
}

async function timed(
  name: string,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<string>,
): Promise<WayStep> {
  try {
    const run = { timeoutMs: stepMs, signal }
    const detail = await withDeadline(run, () => new Error(`no answer within ${stepMs / 1000} s`), look)
    return { name, state: 'good', detail }
  } catch (error) {
    signal.throwIfAborted()
    return { name, state: 'bad', detail: clean(reasonOf(error)) }
  }
}

async function resolved(host: string, ip: string): Promise<string> {
  const found = (await lookup(host, { all: true })).map((a) => a.address)
  if (!found.includes(ip)) throw new Error(`${host} is ${found.join(', ')}, the fleet file says ${ip}`)
  return `${host} is ${found.join(', ')}`
}

/** Name first, then the address, as a connection does it. */
async function answers(node: FleetNode, signal: AbortSignal): Promise<string> {
  const said: string[] = []
  for (const address of addressesOf(node))
    try {
      const wire = await tcpWire(address, node.sshPort, signal)
      wire.destroy()
      return `${hostPort(address, node.sshPort)} takes connections`
    } catch (error) {
      said.push(`${hostPort(address, node.sshPort)}: ${reasonOf(error)}`)
    }
  throw new Error(said.join('; '))
}
