/** `rollback`: every node of a project back to the release before, or to one that is named, shown first and verified after. */
import type { Back } from '../commands/rollback.ts'
import { quote } from '../commands/quote.ts'
import { listNodes } from '../commands/remedies.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { fleetReference, type NodeName } from '../domain/fleet.ts'
import { blockText } from '../report/plain.ts'
import { table, toned } from '../report/section.ts'
import { readOnlyWorld, type Context } from './context.ts'
import type { KeySource } from '../world.ts'
import { agreed } from './agreement.ts'
import { deploymentsOf, onlyDeployment, operatorOf, refuseAlive, type Deployment } from './deployments.ts'
import { planFleet } from './plan-fleet.ts'
import { deployedOn, releasesOn, type OnNode } from './releases.ts'
import { withLeasesBack, rollServicesBack, serviceLines, allSettled, type ServicesAfter } from './services.ts'

export interface RollbackFlags {
  readonly to?: string
  readonly fleet?: string
  /** Names, separated by commas: these alone. */
  readonly nodes?: string
  readonly key?: KeySource | null
  readonly yes?: boolean
  readonly json?: boolean
}

interface Step extends OnNode {
  /** The release that it would get; null: there is none to go back to. */
  readonly to: string | null
  /** Why not. */
  readonly fault: string | null
}

export async function rollback(c: Context, project: string, flags: RollbackFlags): Promise<number> {
  const found = await deploymentsOf(c, project, flags.fleet)
  refuseAlive(found, project, 'nothing is rolled back')
  const deployment = chosenNodes(onlyDeployment(found, project, 'rollback'), flags.nodes)
  const { plan } = deployment
  const key = flags.key ?? null
  const world = await readOnlyWorld(c, await planFleet(c, plan.fleet, { key, named: flags.fleet }), key)
  try {
    c.terminal.info(`asking ${deployment.nodes.length} nodes of fleet ${fleetReference(plan.fleet)}`)
    const seen = await releasesOn(world, deployment)
    const steps = deployedOn(seen).map((n) => rollbackStep(n, project, flags.to))
    if (flags.json !== true) show(c, steps)
    seen.failed.forEach((f) => c.terminal.warn(f.message))
    const faults = steps.filter((s) => s.fault !== null)
    if (faults.length > 0 || steps.length === 0)
      throw new Failure({
        code: 'U102',
        message:
          steps.length === 0
            ? `no node could say what it has of ${project}`
            : faults.map((s) => `${s.node}: ${s.fault ?? ''}`).join('\n'),
        remedy: otherWay(project, plan.fleet, flags, newestOnAll(steps)),
      })
    const question = {
      text: `Roll ${project} back on ${steps.length} nodes?`,
      yes: `${project} is restarted with these releases on ${steps.map((s) => s.node).join(', ')}`,
      line: `${lineOf(project, plan.fleet, flags, flags.to)} --yes`,
    }
    if (!(await agreed(c, flags, question))) return exitCodes.usage
    const holder = operatorOf(c, project)
    const work = { plan, holder, nodes: steps.map((s) => s.node) }
    const to = new Map(steps.map((s) => [s.node, s.to]))
    const backOf = (node: NodeName): Back => ({ kind: 'to', sha256: to.get(node) ?? '' })
    const after = await withLeasesBack(
      world,
      work,
      inWaves(work.nodes, (nodes) => rollServicesBack(world, { ...work, nodes }, backOf)),
    )
    serviceLines(after).forEach((line) => c.terminal.info(line))
    const code = allSettled(after) && seen.failed.size === 0 ? exitCodes.passed : exitCodes.infra
    if (code !== exitCodes.passed) c.terminal.info(`to go on: ${lineOf(project, plan.fleet, flags, flags.to)}`)
    if (flags.json === true) c.terminal.print(JSON.stringify(told(project, steps, after, seen.failed, code)))
    return code
  } finally {
    await world.close()
  }
}

/** One node first: a release that does not come up there is not started on the rest. */
async function inWaves(
  nodes: readonly NodeName[],
  work: (nodes: readonly NodeName[]) => Promise<ServicesAfter>,
): Promise<ServicesAfter> {
  const first = await work(nodes.slice(0, 1))
  if (!allSettled(first)) return first
  const rest = await work(nodes.slice(1))
  return {
    services: [...first.services, ...rest.services],
    failed: new Map([...first.failed, ...rest.failed]),
  }
}

/** What a node would get, by what lies there. */
export function rollbackStep(n: OnNode, project: string, to: string | undefined): Step {
  const step = (sha: string | null, fault: string | null): Step => ({ ...n, to: sha, fault })
  if (n.unit === 'absent') return step(null, `there is no ${n.service}`)
  if (n.unit === 'foreign') return step(null, `${n.service} was not written by vps-test`)
  if (n.project !== null && n.project !== project) return step(null, `${n.service} is project ${n.project}'s`)
  if (to === undefined)
    return n.before === null
      ? step(null, 'which release was before is not known there, or there was none')
      : n.releases.some((r) => r.sha256 === n.before)
        ? step(n.before, null)
        : step(null, `the release before (${n.before.slice(0, 12)}) lies there no more`)
  const matching = n.releases.filter((r) => r.sha256.startsWith(to))
  const [one, ...more] = matching
  if (one === undefined)
    return step(null, `no release ${to}: it has ${n.releases.map((r) => r.sha256.slice(0, 12)).join(', ') || 'none'}`)
  return more.length > 0 ? step(null, `${to} is the beginning of ${matching.length} releases`) : step(one.sha256, null)
}

/** That every node has, besides what is current. */
function newestOnAll(steps: readonly Step[]): string | null {
  const [first, ...rest] = steps
  const on = first?.releases.find(
    (r) => r.sha256 !== first.current && rest.every((s) => s.releases.some((o) => o.sha256 === r.sha256)),
  )
  return on?.sha256.slice(0, 12) ?? null
}

function chosenNodes(d: Deployment, named: string | undefined): Deployment {
  if (named === undefined) return d
  const names = named.split(',').map((n) => n.trim())
  const unknown = names.filter((n) => !d.nodes.includes(n))
  if (unknown.length > 0)
    throw new Failure({
      code: 'U030',
      message: `${d.plan.config.project} is deployed on no node ${unknown.join(', ')}; it is on ${d.nodes.join(', ')}`,
      remedy: listNodes(d.plan.fleet),
    })
  return { ...d, nodes: d.nodes.filter((n) => names.includes(n)) }
}

const lineOf = (project: string, fleet: Deployment['plan']['fleet'], flags: RollbackFlags, to: string | undefined) =>
  [
    'vps-test',
    'rollback',
    project,
    '--fleet',
    fleetReference(fleet),
    ...(flags.nodes === undefined ? [] : ['--nodes', flags.nodes]),
    ...(to === undefined ? [] : ['--to', to]),
  ]
    .map(quote)
    .join(' ')

/** A release that every node has; where there is none, what is known of the project. */
const otherWay = (project: string, fleet: Deployment['plan']['fleet'], flags: RollbackFlags, sha: string | null) =>
  sha === null || sha === flags.to ? `vps-test logs ${quote(project)}` : lineOf(project, fleet, flags, sha)

const short = (sha: string | null): string => sha?.slice(0, 12) ?? '–'

function show(c: Context, steps: readonly Step[]): void {
  c.terminal.print(
    blockText(
      table(
        ['node', 'service', 'runs', 'would run', ''],
        steps.map((s) => [
          s.node,
          s.service,
          short(s.running),
          s.to === null ? toned('–', 'bad') : short(s.to),
          s.fault ?? (s.running === s.to ? 'does already' : ''),
        ]),
      ),
      c.terminal.palette,
    ),
  )
}

const told = (
  project: string,
  steps: readonly Step[],
  after: ServicesAfter,
  silent: ReadonlyMap<NodeName, Failure>,
  exitCode: number,
) => ({
  project,
  nodes: steps.map((s) => ({
    node: s.node,
    service: s.service,
    ran: s.running,
    to: s.to,
    runs: after.services.find((a) => a.node === s.node)?.runs ?? null,
    did: after.services.find((a) => a.node === s.node)?.did ?? null,
  })),
  failed: [...silent, ...after.failed].map(([node, f]) => ({ node, code: f.facts.code, message: f.message })),
  exitCode,
})
