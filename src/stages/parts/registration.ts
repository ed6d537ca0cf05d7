/** Waits until each node's own peer id, read from its disk, appears in the registry (spec §4 DEPLOY). */
import { dataDir } from '../../commands/service.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { registryOf } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { registryUrlOf } from '../../domain/program.ts'
import type { World } from '../../ports.ts'
import { onEachNode } from '../../instruments/per-node.ts'

export interface Registration {
  readonly peerIds: ReadonlyMap<NodeName, string>
  readonly missing: ReadonlyMap<NodeName, string>
}

export async function awaitRegistration(world: World, plan: Plan, nodes: readonly NodeName[]): Promise<Registration> {
  const wait = plan.config.bootstrap.waitForRegistrationSeconds
  const deadline = world.clock.now() + wait * 1000
  const peerIds = new Map<NodeName, string>()
  for (;;) {
    const unknown = nodes.filter((n) => !peerIds.has(n))
    const read = await onEachNode(unknown, world.signal, (name) => readPeerId(world, plan, name))
    read.done.forEach((id, n) => {
      if (id !== null) peerIds.set(n, id)
    })
    const listed = await registeredPeers(world, plan)
    const missing = nodes.filter((n) => !listed.has(peerIds.get(n) ?? ''))
    world.log.progress('registration', `registered: ${nodes.length - missing.length}/${nodes.length}`)
    if (missing.length === 0) return { peerIds, missing: new Map() }
    if (world.clock.now() >= deadline)
      return {
        peerIds,
        missing: new Map(
          missing.map((n) => [
            n,
            peerIds.has(n) ? `not registered within ${wait} s` : `has no peer id after ${wait} s`,
          ]),
        ),
      }
    await world.clock.sleep(300, world.signal)
  }
}

async function readPeerId(world: World, plan: Plan, name: NodeName): Promise<string | null> {
  if (plan.profile.peerId.kind === 'none') return null
  const path = plan.profile.peerId.path.replaceAll('{dataDir}', dataDir(plan.config.deploy.serviceName))
  const result = await (
    await world.remote(name)
  ).run(
    { kind: 'argv', why: 'peer id', idempotent: true, argv: ['cat', path] },
    { timeoutMs: 15_000, signal: world.signal },
  )
  const id = result.stdout.trim()
  return result.code === 0 && /^[0-9a-f]{16,128}$/i.test(id) ? id : null
}

/** Peer ids that the registry lists now; empty when it does not answer. */
async function registeredPeers(world: World, plan: Plan): Promise<ReadonlySet<string>> {
  const registry = registryOf(world.fleet)
  if (registry === undefined) return new Set()
  try {
    const answer = await world.http(registry.name, `${registryUrlOf(world.fleet, plan)}/api/peers`, 10_000)
    const list: unknown = JSON.parse(Buffer.from(answer.body).toString('utf8'))
    return new Set(Array.isArray(list) ? list.map((p: { peer_id?: unknown }) => String(p.peer_id ?? '')) : [])
  } catch {
    world.signal.throwIfAborted()
    return new Set()
  }
}
