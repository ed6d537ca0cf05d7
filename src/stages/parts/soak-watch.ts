/** Recorders of a soak: they begin with a deployment, and a checkpoint reads what they wrote. */
import type { NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { windowMs } from '../../domain/reconcile.ts'
import type { Session } from '../../domain/session.ts'
import type { SoakNotes } from '../../domain/soak/sample.ts'
import { checkpointRows } from '../../domain/states.ts'
import {
  continueRecorders,
  readRecorders,
  startRecorders,
  type WatchedService,
} from '../../instruments/soak-recorder.ts'
import type { Execution, Nodes } from '../../ports.ts'
import { unitOf } from './units.ts'

type WatchWorld = Nodes & Execution

/** Nothing of the program is at stake: a node without one is told by the checkpoint. */
export async function watchSoak(
  world: WatchWorld,
  plan: Plan,
  session: Session,
  fences: ReadonlyMap<NodeName, number>,
): Promise<void> {
  if (plan.soak.length === 0) return
  const { failed } = await startRecorders(world, watchedOf(plan, session, fences))
  failed.forEach((f) => world.log.warn(f.message))
}

/** What they wrote since the deployment; those that a reboot ended go on where another checkpoint comes. */
export async function readSoak(
  world: WatchWorld,
  plan: Plan,
  session: Session,
  fences: ReadonlyMap<NodeName, number>,
): Promise<readonly SoakNotes[] | null> {
  if (session.checkpoint === null) return null
  const watched = watchedOf(plan, session, fences)
  const notes = await readRecorders(
    world,
    plan.config.deploy.serviceName,
    watched.map((w) => w.name),
  )
  if (session.checkpointsLeft.length > 0) {
    const { failed } = await continueRecorders(world, watched)
    failed.forEach((f) => world.log.warn(f.message))
  }
  return notes
}

function watchedOf(plan: Plan, session: Session, fences: ReadonlyMap<NodeName, number>): readonly WatchedService[] {
  const { config } = plan
  const waits = checkpointRows.filter((c) => plan.soak.includes(c.state)).reduce((ms, c) => ms + c.afterMs, 0)
  return plan.fleet.nodes.flatMap((node) => {
    const unit = unitOf(plan, node)
    const fence = fences.get(node.name)
    if (unit === null || fence === undefined) return []
    return [
      {
        name: node.name,
        lease: { holder: session.id, fence },
        service: config.deploy.serviceName,
        unit: unit.unit.name,
        node,
        disks: [config.deploy.installPath, '/var/lib'],
        intervalSeconds: Math.round(config.soak.checkIntervalMinutes * 60),
        longestSeconds: Math.ceil((waits + windowMs) / 1000),
      },
    ]
  })
}
