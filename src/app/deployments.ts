/** Where a project is deployed, as its sessions say: fleet, service, directory, and the newest plan that put it there. */
import { quote } from '../commands/quote.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { Failure } from '../domain/failure.ts'
import { fleetReference, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import type { Context } from './context.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'

export interface Deployment {
  /** The newest of it. */
  readonly plan: Plan
  /** Of all sessions together: a node that a newer plan leaves out has the service still. */
  readonly nodes: readonly NodeName[]
}

export interface ProjectOnFleets {
  readonly deployments: readonly Deployment[]
  /** Sessions that have not ended, newest change first. */
  readonly alive: readonly StoredSession[]
}

/** One at least. */
export async function deploymentsOf(c: Context, project: string, fleet?: string): Promise<ProjectOnFleets> {
  const found = await findDeployments(c, project, fleet)
  if (found.deployments.length === 0)
    throw new Failure({
      code: 'U053',
      message: `project ${project} has no session${fleet === undefined ? '' : ` on fleet ${fleet}`}`,
      remedy: 'vps-test status',
    })
  return found
}

/** `fleet`: as a person names it; only what is deployed there. */
export async function findDeployments(c: Context, project: string, fleet?: string): Promise<ProjectOnFleets> {
  const { whole, damaged } = await sessionsIn(c.sessions, project)
  damaged.forEach(({ fault }) => c.terminal.warn(fault.message))
  const plans = whole
    .flatMap((k) => k.entries.filter(hasPlan).map((e) => ({ plan: e.facts.plan, at: e.at })))
    .toSorted((a, b) => b.at - a.at)
    .map((p) => p.plan)
    .filter((p) => fleet === undefined || [p.fleet.name, fleetReference(p.fleet)].includes(fleet))
  const same = Map.groupBy(plans, (p) =>
    JSON.stringify([p.fleet.name, p.config.deploy.serviceName, p.config.deploy.installPath]),
  )
  const deployments = [...same.values()].flatMap(([plan, ...older]): readonly Deployment[] => {
    if (plan === undefined) return []
    const named = new Set([plan, ...older].flatMap((p) => p.nodes))
    return [{ plan, nodes: plan.fleet.nodes.map((n) => n.name).filter((n) => named.has(n)) }]
  })
  return { deployments, alive: whole.filter((k) => !isFinal(k.session.state) && k.session.state !== 'INTERVIEW') }
}

/** The one deployment that is meant; where there are several, a person says which. */
export function onlyDeployment({ deployments }: ProjectOnFleets, project: string, verb: string): Deployment {
  const [first] = deployments
  if (first === undefined) throw new Error('a project without a deployment')
  const fleets = new Set(deployments.map(({ plan }) => fleetReference(plan.fleet)))
  if (fleets.size > 1)
    throw new Failure({
      code: 'U100',
      message: `project ${project} was deployed on several fleets (${[...fleets].join(', ')}): which is meant?`,
      remedy: `vps-test ${verb} ${quote(project)} --fleet ${quote(fleetReference(first.plan.fleet))}`,
    })
  // Of several services on one fleet the newest is the one that runs.
  return first
}

/** Nothing of a project that a session works on, or waits to work on, is changed beside it. */
export function refuseAlive({ alive }: ProjectOnFleets, project: string, what: string): void {
  const [first] = alive
  if (first === undefined) return
  const all = alive.map(
    ({ session: s }) => `${s.id} (${s.state}${traitsOf(s.state).kind === 'working' ? ', at work' : ''})`,
  )
  throw new Failure({
    code: 'B012',
    message: `${what} while ${alive.length === 1 ? 'a session' : `${alive.length} sessions`} of ${project} ${alive.length === 1 ? 'lives' : 'live'}: ${all.join(', ')}`,
    remedy: `vps-test stop ${quote(project)} --session ${quote(first.session.id)}`,
  })
}

/** Of the lease of what a person does by hand; the same when it is typed again, so that it goes on. */
export const operatorOf = (c: Context, project: string): string =>
  `by-hand-${project}-${c.who.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 120)
