/** What the contract suite needs from a server under test, and the keys and fleet it is reached by. */
import { createServer } from 'node:net'
import { madeKey } from '../made-key.ts'
import type { Fleet, FleetNode } from '../../src/domain/fleet.ts'

export interface TestHost {
  readonly port: number
  readonly hostKey: string
  /** TCP connections that the server has seen so far. */
  connections(): number
  /** Authentication requests that it has seen so far. */
  authRequests(): number
  /** Cuts every open connection from the server's side, without a goodbye. */
  drop(): Promise<void>
  /** The server goes away, and comes back on the same port. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Frees everything. */
  close(): Promise<void>
}

export interface Keys {
  readonly user: string
  readonly userPublic: string
  readonly host: string
  readonly hostPublic: string
}

export function freshKeys(): Keys {
  const user = madeKey()
  const host = madeKey()
  return { user: user.private, userPublic: user.public, host: host.private, hostPublic: host.public }
}

export const fleet: Fleet = { name: 'contract', ports: {}, nodes: [] }

export const nodeAt = (port: number, hostKeys: readonly string[], more: Partial<FleetNode> = {}): FleetNode => ({
  name: 'saorsa-9',
  host: '127.0.0.1',
  ip: '127.0.0.1',
  sshPort: port,
  user: 'root',
  provider: 'test',
  region: 'test',
  role: 'test',
  nat: 'none',
  runtime: { kind: 'systemd' },
  hostKeys,
  ...more,
})

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
