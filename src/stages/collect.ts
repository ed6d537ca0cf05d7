/** Always done at the end of a test, whatever happened: logs of every node and the registry's answers. */
import { journal } from '../commands/service.ts'
import { registryOf, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { registryUrlOf } from '../domain/program.ts'
import type { Silent } from '../domain/silent.ts'
import type { World } from '../ports.ts'
import { each } from '../suites/each.ts'
import { unitOf } from './units.ts'

const routes = ['health', 'api/peers', 'api/results', 'api/stats'] as const

/** Writes below `folder` and names what could not be had. */
export async function collect(world: World, plan: Plan, nodes: readonly NodeName[], folder: string): Promise<readonly Silent[]> {
  const logs = await each(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const unit = node === undefined ? null : unitOf(plan, node)
    if (unit === null) return
    const bytes = await (await world.remote(name)).read(journal(unit.unit.name, 500), { timeoutMs: 30_000, signal: world.signal, maxBytes: 4 << 20 })
    await world.files.write(`${folder}/logs/${name}.log`, bytes)
  })
  const registry = registryOf(world.fleet)
  const answers = await each(registry !== undefined && nodes.includes(registry.name) ? routes : [], world.signal, async (route) => {
    const answer = await world.http(registry?.name ?? '', `${registryUrlOf(world.fleet, plan)}/${route}`, 15_000)
    await world.files.write(`${folder}/registry/${route.replaceAll('/', '-')}.json`, answer.body)
  })
  return [...[...logs.failed].map(([n, f]) => ({ what: `log of ${n}`, why: f.message })), ...[...answers.failed].map(([r, f]) => ({ what: `the registry's /${r}`, why: f.message }))]
}
