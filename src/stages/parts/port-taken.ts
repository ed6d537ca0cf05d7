/** A service that cannot listen because its port is another's: named, with what takes it away, and no fault of the program. */
import { findPortHolder, parsePortHolder } from '../../commands/port-holder.ts'
import { placeOf } from '../../commands/place.ts'
import { diagnoseNode } from '../../commands/remedies.ts'
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import { stripHidden } from '../../domain/text.ts'
import type { Execution, Nodes } from '../../ports.ts'
import type { UnitPlan } from './units.ts'

/** Null: nobody else has it, or it cannot be told. */
export async function portTaken(world: Execution & Nodes, node: FleetNode, unit: UnitPlan): Promise<Failure | null> {
  const { protocol, port } = unit.listens
  if (port === 0) return null
  const asked = (await world.remote(node.name)).run(findPortHolder(placeOf(node.runtime), protocol, port), {
    timeoutMs: 15_000,
    signal: world.signal,
  })
  const holder = parsePortHolder((await asked.catch(() => null))?.stdout ?? '')
  if (holder === null || holder.unit === unit.unit.name) return null
  const { owner } = holder
  const who = holder.unit === null ? `process ${holder.pid} (${holder.program})` : `${holder.unit}.service`
  const whose = owner === null ? '' : `, which project ${owner.project} left there (session ${owner.session})`
  return new Failure({
    code: 'I154',
    node: node.name,
    message: stripHidden(
      `${node.name}: ${protocol} ${port}, which ${unit.unit.name} needs, is held by ${who}${whose}`,
      400,
    ),
    remedy:
      owner === null
        ? diagnoseNode(node.name, world.fleet)
        : `vps-test stop ${quote(owner.project)} --session ${quote(owner.session)} --services remove`,
  })
}
