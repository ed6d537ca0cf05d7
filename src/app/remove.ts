/** `remove`: a project's units, releases and data off every node of a fleet that its sessions deployed to, after a yes. */
import { quote } from '../commands/quote.ts'
import { exitCodes } from '../domain/failure.ts'
import { fleetReference } from '../domain/fleet.ts'
import { blockText } from '../report/plain.ts'
import { table } from '../report/section.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { agreed } from './agreement.ts'
import { readOnlyWorld, type Context } from './context.ts'
import { deploymentsOf, onlyDeployment, operatorOf, refuseAlive, type Deployment } from './deployments.ts'
import { planFleet } from './plan-fleet.ts'
import { deployedOn, releasesOn, type OnNode } from './releases.ts'
import { withLeasesBack, serviceLines, allSettled, settleServices } from './services.ts'

export interface RemoveFlags {
  /** Absent: the one on which its sessions deployed it; where there are several, a person says which. */
  readonly fleet?: string
  readonly key?: KeySource | null
  readonly yes?: boolean
  readonly json?: boolean
}

interface Opened {
  readonly deployment: Deployment
  readonly world: OpenWorld
  readonly there: readonly OnNode[]
  readonly silent: readonly { readonly node: string; readonly code: string; readonly message: string }[]
}

export async function remove(c: Context, project: string, flags: RemoveFlags): Promise<number> {
  const found = await deploymentsOf(c, project, flags.fleet)
  if (flags.fleet === undefined) onlyDeployment(found, project, 'remove')
  const key = flags.key ?? null
  refuseAlive(found, project, 'nothing is removed')
  const opened: Opened[] = []
  try {
    for (const deployment of found.deployments) {
      const fleet = await planFleet(c, deployment.plan.fleet, { key, named: flags.fleet })
      const world = await readOnlyWorld(c, fleet, key)
      opened.push({ deployment, world, ...(await lookOn(c, world, deployment)) })
    }
    const all = opened.flatMap((o) => o.there)
    if (flags.json !== true) show(c, opened)
    opened.flatMap((o) => o.silent).forEach((f) => c.terminal.warn(f.message))
    const line = ['vps-test', 'remove', project, ...(flags.fleet === undefined ? [] : ['--fleet', flags.fleet])]
    const question = {
      text: `Remove ${project} from ${all.length} nodes?`,
      yes: `units, releases and data of ${project} are gone from ${all.map((n) => n.node).join(', ')}`,
      line: `${line.map(quote).join(' ')} --yes`,
    }
    if (all.length > 0 && !(await agreed(c, flags, question))) return exitCodes.usage
    const services = []
    const failed = opened.flatMap((o) => o.silent)
    let whole = failed.length === 0
    for (const { deployment, world, there } of opened) {
      const work = { plan: deployment.plan, holder: operatorOf(c, project), nodes: there.map((n) => n.node) }
      const after = await withLeasesBack(world, work, settleServices(world, work, 'remove'))
      serviceLines(after).forEach((l) => c.terminal.info(l))
      services.push(...after.services)
      failed.push(...[...after.failed].map(([node, f]) => ({ node, code: f.facts.code, message: f.message })))
      whole &&= allSettled(after)
    }
    const exitCode = whole ? exitCodes.passed : exitCodes.infra
    if (!whole) c.terminal.info(`to go on: ${line.map(quote).join(' ')}`)
    if (flags.json === true) c.terminal.print(JSON.stringify({ project, services, failed, exitCode }))
    return exitCode
  } finally {
    for (const { world } of opened) await world.close()
  }
}

async function lookOn(c: Context, world: OpenWorld, deployment: Deployment): Promise<Pick<Opened, 'there' | 'silent'>> {
  c.terminal.info(`asking ${deployment.nodes.length} nodes of fleet ${fleetReference(deployment.plan.fleet)}`)
  const seen = await releasesOn(world, deployment)
  return {
    there: deployedOn(seen).filter((n) => n.unit !== 'absent' || n.releases.length > 0),
    silent: [...seen.failed].map(([node, f]) => ({ node, code: f.facts.code, message: f.message })),
  }
}

function show(c: Context, opened: readonly Opened[]): void {
  const rows = opened.flatMap(({ deployment, there }) =>
    there.map((n) => [
      n.node,
      fleetReference(deployment.plan.fleet),
      n.service,
      n.unit === 'foreign' ? 'not ours' : (n.running?.slice(0, 12) ?? 'does not run'),
      String(n.releases.length),
      `${Math.ceil(n.releases.reduce((sum, r) => sum + r.kib, 0) / 1024)} MiB`,
      `${Math.ceil(n.dataKib / 1024)} MiB`,
    ]),
  )
  c.terminal.print(
    rows.length === 0
      ? 'nothing of it is there'
      : blockText(table(['node', 'fleet', 'service', 'runs', 'releases', 'size', 'data'], rows), c.terminal.palette),
  )
}
