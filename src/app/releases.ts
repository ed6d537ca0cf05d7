/** What of a deployment lies on its nodes and runs there: releases, the current one and the one before. */
import { lookAtReleases, parseReleases, type ReleasesOn } from '../commands/rollback.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { ownersDir } from '../commands/owners.ts'
import { dataDir } from '../commands/service.ts'
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import { onEachNode, type PerNode } from '../instruments/per-node.ts'
import type { Execution, Nodes } from '../ports.ts'
import { deployedUnitOf } from '../stages/parts/units.ts'
import type { Deployment } from './deployments.ts'

export interface OnNode extends ReleasesOn {
  readonly node: NodeName
  readonly service: string
}

export async function releasesOn(
  world: Execution & Nodes,
  { plan, nodes }: Deployment,
): Promise<PerNode<OnNode | null>> {
  return onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const unit = node === undefined ? null : deployedUnitOf(plan, node)?.unit.name
    if (unit === null || unit === undefined) return null
    const look = lookAtReleases(unit, plan.config.deploy.installPath, ownersDir, dataDir(unit))
    const { code, stdout, stderr } = await (
      await world.remote(name)
    ).run(look, { timeoutMs: 30_000, signal: world.signal })
    if (code !== 0)
      throw new Failure({
        code: 'I142',
        node: name,
        message: `${name}: its releases cannot be read (exit ${String(code)}): ${stderr.trim().slice(-200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    return { node: name, service: unit, ...parseReleases(stdout) }
  })
}

/** Nodes that have a service of the deployment, or may have one. */
export const deployedOn = ({ done }: PerNode<OnNode | null>): readonly OnNode[] =>
  [...done.values()].filter((n): n is OnNode => n !== null)
