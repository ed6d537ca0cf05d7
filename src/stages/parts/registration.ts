/**
 * Waits until each node's own peer id, read from its disk, appears in the registry, as far as the program has either
 * (spec §4 DEPLOY).
 */
import { dataDir } from '../../commands/service.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { listAt } from '../../domain/json-path.ts'
import { registryOf } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { registryUrlOf } from '../../domain/program.ts'
import type { Abortable, NodeHttp, Nodes, Execution } from '../../ports.ts'
import { onEachNode } from '../../instruments/per-node.ts'

export interface Registration {
  readonly peerIds: ReadonlyMap<NodeName, string>
  readonly missing: ReadonlyMap<NodeName, string>
}

export async function awaitRegistration(
  world: Execution & Nodes & NodeHttp,
  plan: Plan,
  nodes: readonly NodeName[],
): Promise<Registration> {
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
    const missing = nodes.filter((n) => !isReady(plan, peerIds.get(n), listed))
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

async function readPeerId(world: Nodes & Abortable, plan: Plan, name: NodeName): Promise<string | null> {
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

/** A program whose ids nobody can read is not looked for in any list. */
const isReady = (
  { profile: { peerId, registry } }: Plan,
  id: string | undefined,
  listed: ReadonlySet<string>,
): boolean => peerId.kind === 'none' || (id !== undefined && ((registry?.ready ?? null) === null || listed.has(id)))

/** Peer ids that the registry lists now; empty when it does not answer, or nothing says where it lists them. */
async function registeredPeers(world: Nodes & NodeHttp & Abortable, plan: Plan): Promise<ReadonlySet<string>> {
  const [node, ready] = [registryOf(world.fleet), plan.profile.registry?.ready ?? null]
  if (node === undefined || ready === null) return new Set()
  try {
    const answer = await world.http(node.name, `${registryUrlOf(world.fleet, plan)}${ready.path}`, 10_000)
    const listed = listAt(Buffer.from(answer.body).toString('utf8'), ready.list)
    return new Set(listed.map((peer) => String(peer[ready.id] ?? '')))
  } catch {
    world.signal.throwIfAborted()
    return new Set()
  }
}
