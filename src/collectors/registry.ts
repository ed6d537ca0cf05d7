/** The registry's own answers, as many as the profile asks to keep. */
import { registryOf } from '../domain/fleet.ts'
import { registryUrlOf } from '../domain/program.ts'
import { onEachNode } from '../instruments/per-node.ts'
import type { Collector } from './collector.ts'

export const registry: Collector = async ({ world, plan, nodes, folder }) => {
  const node = registryOf(world.fleet)
  if (node === undefined || !nodes.includes(node.name)) return []
  const answers = await onEachNode(plan.profile.registry?.keep ?? [], world.signal, async (path) => {
    const answer = await world.http(node.name, `${registryUrlOf(world.fleet, plan)}${path}`, 15_000)
    await world.files.write(`${folder}/registry/${path.slice(1).replaceAll('/', '-') || 'root'}.json`, answer.body)
  })
  return [...answers.failed].map(([path, f]) => ({ what: `the registry's ${path}`, why: f.message }))
}
