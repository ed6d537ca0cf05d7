/** Two projects on one node need names, directories and ports of their own: what is another's is told before a build. */
import { findOwners, parseOccupied, type Occupied } from '../../commands/occupied.ts'
import { placeOf } from '../../commands/place.ts'
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import { fleetReference, type NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { stripHidden } from '../../domain/text.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import type { Execution, Nodes } from '../../ports.ts'
import { deployedUnitOf } from './units.ts'

/** All of it at once; null: nothing is in the way. A node that does not answer is told by whoever needs it. */
export async function occupiedBy(
  world: Execution & Nodes,
  plan: Plan,
  nodes: readonly NodeName[],
): Promise<Failure | null> {
  const { project, deploy } = plan.config
  const seen = await onEachNode(nodes, world.signal, async (name): Promise<readonly Occupied[]> => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const planned = node === undefined ? null : deployedUnitOf(plan, node)
    if (node === undefined || planned === null) return []
    const wanted = {
      unit: planned.unit.name,
      installPath: deploy.installPath,
      listens: planned.listens,
      place: placeOf(node.runtime),
    }
    const { stdout } = await (
      await world.remote(name)
    ).run(findOwners(wanted), { timeoutMs: 20_000, signal: world.signal })
    return parseOccupied(stdout, project, wanted)
  })
  const all = [...seen.done].flatMap(([node, found]) => found.map((f) => ({ ...f, node })))
  const [first] = all
  if (first === undefined) return null
  const told = [...Map.groupBy(all, (f) => `${f.what} is project ${f.by}'s (session ${f.session})`)].map(
    ([what, on]) => `${what} on ${on.map((f) => f.node).join(', ')}`,
  )
  return new Failure({
    code: 'I162',
    node: first.node,
    message: stripHidden(
      `${told.join('; ')}: give ${project} a service_name, an install_path and, under ports of the fleet file, ports of its own, or take the other away`,
      1000,
    ),
    remedy: `vps-test nodes --fleet ${quote(fleetReference(world.fleet))}`,
  })
}
