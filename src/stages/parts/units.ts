/** Which unit runs on which node, with which arguments: the profile's templates filled in. */
import { namespacePath } from '../../commands/place.ts'
import { currentBinary } from '../../commands/release.ts'
import { dataDir, type Unit } from '../../commands/service.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { bootstrapsFor, fillTemplate, registryUrlOf } from '../../domain/program.ts'

export interface UnitPlan {
  readonly unit: Unit
  /** Port 0: whichever the program binds. */
  readonly listens: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
}

/** Null: nothing of ours runs there (a registry that the fleet keeps itself). */
export function unitOf(plan: ProgramPlan, node: FleetNode): UnitPlan | null {
  const { deploy, binary } = plan.config
  const name = node.role === 'registry' ? `${deploy.serviceName}-registry` : deploy.serviceName
  const values = {
    registryUrl: registryUrlOf(plan.fleet, plan),
    registryIp: plan.fleet.nodes.find((n) => n.role === 'registry')?.ip ?? '',
    servicePort: String(plan.profile.servicePort),
    dataDir: dataDir(name),
    bootstraps: bootstrapsFor(plan.fleet, plan),
  }
  const common = {
    name,
    binary: currentBinary({ installPath: deploy.installPath, name: binary.name }),
    namespace: namespacePath(node),
    ...(node.runtime.kind === 'docker' ? { container: node.runtime.container } : {}),
    environment: plan.profile.node.environment,
    stop: plan.profile.node.stop,
    confined: plan.profile.startsPrograms !== true,
  }
  if (node.role === 'registry') {
    const { registry } = plan.profile
    if (registry === null || registry.args === null) return null
    return {
      unit: {
        ...common,
        args: fillTemplate('registry', registry.args, { ...values, registryPort: String(registry.httpPort) }),
      },
      listens: { protocol: 'tcp', port: registry.httpPort },
    }
  }
  const args = [...plan.profile.node.args, ...(node.role === 'bootstrap' ? plan.profile.node.bootstrapArgs : [])]
  return {
    unit: { ...common, args: fillTemplate('node', args, values) },
    listens: { protocol: 'udp', port: plan.profile.servicePort },
  }
}

/** None on bootstrap nodes that are never deployed either: what runs there is not ours to change. */
export const deployedUnitOf = (plan: ProgramPlan, node: FleetNode): UnitPlan | null =>
  node.role === 'bootstrap' && plan.config.deploy.bootstrap === 'never' ? null : unitOf(plan, node)

/** Whether a process that has these ports listens where it was told to. */
export const listens = (ports: readonly UnitPlan['listens'][], { protocol, port }: UnitPlan['listens']): boolean =>
  ports.some((p) => p.protocol === protocol && (port === 0 || p.port === port))
