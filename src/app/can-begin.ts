/**
 * Whether a checkpoint can begin, asked before it is claimed: a key that no node takes, a registry that is away or a
 * fleet that somebody else holds is a refusal, and the wait goes on.
 */
import { Failure } from '../domain/failure.ts'
import { registryOf, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { Session } from '../domain/session.ts'
import { listLeasesOf } from '../commands/remedies.ts'
import type { Abortable, Nodes } from '../ports.ts'
import { rosterOf } from '../stages/parts/roster.ts'
import { leasesOn } from './leases.ts'

export async function checkCanBegin(world: Nodes & Abortable, plan: Plan, session: Session): Promise<void> {
  const nodes = rosterOf(plan, session)
  const seen = await leasesOn(world, nodes)
  const faults = new Map<NodeName, Failure>(seen.failed)
  for (const [node, held] of seen.done) {
    const other = held.find((l) => l.service === plan.config.deploy.serviceName && l.holder !== session.id)
    if (other !== undefined)
      faults.set(
        node,
        new Failure({
          code: 'B010',
          node,
          message: `${node}: ${other.service} is leased by ${other.who} (session ${other.holder}, ${other.why})`,
          remedy: listLeasesOf(plan.fleet),
        }),
      )
  }
  const left = nodes.filter((n) => !faults.has(n))
  const cause = faults.get(registryOf(plan.fleet)?.name ?? '') ?? [...faults.values()][0]
  if (cause !== undefined && quorumFault(plan, left) !== null) throw cause
}
