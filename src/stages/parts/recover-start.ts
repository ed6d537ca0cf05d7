/** Does once what may help a service that does not come up, and says so; what it is, a table decides. */
import { freedText, freeSpace, parseFreed } from '../../commands/free-space.ts'
import { stopOldUnit } from '../../commands/stop-old-unit.ts'
import type { Diagnosis } from '../../domain/diagnosis.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { RuleId } from '../../domain/recovery/rules.ts'
import { startRuleOf, type StartRemedy } from '../../domain/recovery/start.ts'
import type { ProjectConfig } from '../../domain/project.ts'
import { messageOf } from '../../domain/text.ts'
import type { Execution, Nodes } from '../../ports.ts'

/** What is known of the service that does not come up. */
interface Job {
  readonly node: FleetNode
  readonly plan: { readonly config: Pick<ProjectConfig, 'project' | 'deploy'> }
  readonly shipment: { readonly release: { readonly sha256: string } }
}

/** Rules that this deploy of the node has used. */
export type Used = Set<RuleId>

/** Whether something was done that makes another start worth it. */
export async function recoverStart(
  world: Execution & Nodes,
  job: Job,
  found: { readonly failure: unknown; readonly diagnosis: Diagnosis | null },
  used: Used,
): Promise<boolean> {
  const { failure, diagnosis } = found
  if (!(failure instanceof Failure)) return false
  const { node, plan } = job
  const fits = startRuleOf({ failure, diagnosis, project: plan.config.project })
  if (fits === null) return false
  const { rule, remedy } = fits
  const told = { node: node.name, recognised: failure.message.replace(`${node.name}: `, ''), nth: 1 }
  if (used.has(rule)) {
    world.recoveries?.fire(rule, { ...told, done: 'it did not help', usedUp: true })
    return false
  }
  used.add(rule)
  const done = await act(world, job, remedy).catch((error: unknown): Acted => {
    world.signal.throwIfAborted()
    return { again: false, text: `could not be done: ${messageOf(error)}` }
  })
  world.recoveries?.fire(rule, { ...told, done: done.text, ...(done.again ? {} : { usedUp: true }) })
  return done.again
}

/** Room for a release that did not fit: true where some was made. */
export async function recoverRoom(world: Execution & Nodes, job: Job, failure: Failure): Promise<void> {
  const { text } = await makeRoom(world, job)
  world.recoveries?.fire('disk-full', {
    node: job.node.name,
    recognised: failure.message.replace(`${job.node.name}: `, ''),
    done: `${text}; the release is sent once more`,
    nth: 1,
  })
}

interface Acted {
  readonly again: boolean
  readonly text: string
}

async function act(world: Execution & Nodes, job: Job, remedy: StartRemedy): Promise<Acted> {
  switch (remedy.kind) {
    case 'start again':
      return { again: true, text: 'it is started once more' }
    case 'make room': {
      const { text } = await makeRoom(world, job)
      return { again: true, text: `${text}; it is started once more` }
    }
    case 'stop old unit':
      return stopOld(world, job.node, remedy.unit, job.plan.config.project)
    case 'name':
      return { again: false, text: `${nameOf(remedy)} is left alone: it is not ours` }
  }
}

const nameOf = ({ holder }: Extract<StartRemedy, { kind: 'name' }>): string =>
  holder.owner === null
    ? `process ${holder.pid} (${holder.unit ?? holder.program})`
    : `${holder.unit ?? holder.program} of project ${holder.owner.project}`

async function makeRoom(world: Execution & Nodes, { node, plan, shipment }: Job): Promise<{ readonly text: string }> {
  const { project, deploy } = plan.config
  const remote = await world.remote(node.name)
  const room = { project, installPath: deploy.installPath, keep: shipment.release.sha256, leased: true }
  const { stdout } = await remote.run(freeSpace(room), { timeoutMs: 60_000, signal: world.signal })
  return { text: freedText(parseFreed(stdout)) }
}

async function stopOld(world: Execution & Nodes, node: FleetNode, unit: string, project: string): Promise<Acted> {
  const remote = await world.remote(node.name)
  const { stdout, stderr } = await remote.run(stopOldUnit(unit, project), { timeoutMs: 60_000, signal: world.signal })
  switch (stdout.trim()) {
    case 'stopped':
      return { again: true, text: `${unit}, an old unit of ${project}, was stopped; the service is started once more` }
    case 'held':
      return { again: false, text: `${unit} is another session's that still holds it` }
    case 'foreign':
      return { again: false, text: `${unit} is not a unit that we wrote` }
    default:
      return { again: false, text: `${unit} could not be stopped: ${stderr.trim().slice(-200)}` }
  }
}
