/** Old releases on the nodes of a fleet: those that no session, no person's rollback and no running service needs. */
import { dropReleases } from '../commands/rollback.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet, NodeName } from '../domain/fleet.ts'
import { releasesThatGo } from '../domain/garbage.ts'
import { heartbeatMs } from '../domain/lease-policy.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { takeLeases } from '../stages/parts/leases.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { readOnlyWorld, type Context } from './context.ts'
import { findDeployments, operatorOf, type Deployment } from './deployments.ts'
import { deployedOn, releasesOn } from './releases.ts'
import { withLeasesBack } from './services.ts'
import { storedSessions } from './sessions.ts'

export interface OldReleases {
  readonly node: NodeName
  readonly project: string
  readonly service: string
  readonly releases: readonly { readonly sha256: string; readonly bytes: number; readonly at: number }[]
}

export interface OnNodes {
  readonly goes: readonly OldReleases[]
  readonly kept: readonly string[]
  readonly failed: readonly Failure[]
  drop(): Promise<readonly Failure[]>
  close(): Promise<void>
}

/** Looks first; {@link OnNodes.drop} takes away what was found then, under a lease of the service on each node. */
export async function lookOnNodes(c: Context, fleet: Fleet, key: KeySource | null, before: number): Promise<OnNodes> {
  const world = await readOnlyWorld(c, fleet, key)
  const goes: OldReleases[] = []
  const kept: string[] = []
  const failed: Failure[] = []
  const deployments = new Map<string, Deployment>()
  for (const project of new Set((await storedSessions(c.sessions)).map((k) => k.project))) {
    const found = await findDeployments(c, project, fleet.name)
    const [living] = found.alive
    if (living !== undefined && found.deployments.length > 0) {
      kept.push(`releases of ${project}: session ${living.session.id} lives (${living.session.state})`)
      continue
    }
    for (const { plan, nodes } of found.deployments) {
      const deployment = { plan: { ...plan, fleet }, nodes: nodes.filter((n) => fleet.nodes.some((f) => f.name === n)) }
      const seen = await releasesOn(world, deployment)
      failed.push(...seen.failed.values())
      for (const on of deployedOn(seen).filter((n) => n.unit === 'ours' && (n.project ?? project) === project)) {
        const all = on.releases.map((r) => ({ sha256: r.sha256, bytes: r.kib * 1024, at: r.at * 1000 }))
        const old = releasesThatGo(all, [on.current, on.before, on.running], before)
        if (old.length === 0) continue
        goes.push({ node: on.node, project, service: on.service, releases: old })
        deployments.set(`${project} ${on.service}`, deployment)
      }
    }
  }
  return {
    goes,
    kept,
    failed,
    drop: async () => {
      const wrong: Failure[] = []
      for (const [name, { plan }] of deployments) {
        const own = goes.filter((g) => `${g.project} ${g.service}` === name)
        wrong.push(...(await dropOn(c, world, { plan, nodes: own.map((g) => g.node) }, own)))
      }
      return wrong
    },
    close: () => world.close(),
  }
}

async function dropOn(
  c: Context,
  world: OpenWorld,
  { plan, nodes }: Deployment,
  old: readonly OldReleases[],
): Promise<readonly Failure[]> {
  const { project, deploy } = plan.config
  const work = { plan, holder: operatorOf(c, project), nodes }
  const leases = await takeLeases(world, plan, work.holder, nodes, heartbeatMs)
  const dropping = onEachNode([...leases.done.keys()], world.signal, async (name) => {
    const shas = old.filter((o) => o.node === name).flatMap((o) => o.releases.map((r) => r.sha256))
    const lease = { service: deploy.serviceName, holder: work.holder, fence: leases.done.get(name) ?? 0 }
    const remote = await world.remote(name)
    const ran = await remote.run(dropReleases(deploy.installPath, shas, lease), {
      timeoutMs: 120_000,
      signal: world.signal,
    })
    if (ran.code !== 0)
      throw new Failure({
        code: 'I142',
        node: name,
        message: `${name}: old releases were not removed (exit ${String(ran.code)}): ${ran.stderr.trim().slice(-200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
  })
  const dropped = await withLeasesBack(world, work, dropping)
  return [...leases.failed.values(), ...dropped.failed.values()]
}
