/** The services that a session left on its nodes: what they run, and taking them away. */
import { removeUnit } from '../commands/service.ts'
import type { NodeName } from '../domain/fleet.ts'
import { heartbeatMs } from '../domain/lease-policy.ts'
import type { Plan } from '../domain/plan.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { provenProcess } from '../instruments/process.ts'
import type { Execution, LeaseTerms, Nodes } from '../ports.ts'
import { takeLeases } from '../stages/parts/leases.ts'
import { deployedUnitOf } from '../stages/parts/units.ts'

export interface ServicesAfter {
  readonly lines: readonly string[]
  /** Every node answered as was wished. */
  readonly whole: boolean
}

/** Which binary each of them is left on. */
export async function servicesLeft(
  world: Execution & Nodes,
  plan: Plan,
  nodes: readonly NodeName[],
  remedy: string,
): Promise<ServicesAfter> {
  const seen = await onEachNode(nodes, world.signal, async (name) => {
    const unit = unitOn(world, plan, name)
    return unit === null ? null : { unit, proof: (await provenProcess(world, name, unit)).proof }
  })
  const running = [...seen.done].flatMap(([node, s]) =>
    s?.proof == null ? [] : [{ node, unit: s.unit, exe: s.proof.exeSha256 }],
  )
  const lines = [...Map.groupBy(running, (r) => `${r.unit} runs ${r.exe.slice(0, 12)}`)].map(
    ([what, on]) => `${what} still, on ${on.map((r) => r.node).join(', ')}`,
  )
  return {
    lines: lines.length === 0 ? [] : [...lines, `to take them away: ${remedy}`],
    whole: true,
  }
}

/** Under a lease of the session's own: what another session holds stays. */
export async function removeServices(
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  session: string,
  nodes: readonly NodeName[],
): Promise<ServicesAfter> {
  const { serviceName: service, installPath } = plan.config.deploy
  const leases = await takeLeases(world, plan, session, nodes, heartbeatMs)
  const done = await onEachNode([...leases.done.keys()], world.signal, async (name) => {
    const unit = unitOn(world, plan, name)
    if (unit === null) return null
    const lease = { service, holder: session, fence: leases.done.get(name) ?? 0 }
    const result = await (
      await world.remote(name)
    ).run(removeUnit(unit, installPath, plan.config.project, lease), { timeoutMs: 60_000, signal: world.signal })
    return { unit, answer: result.code === 0 ? result.stdout.trim() : `failed: ${result.stderr.trim().slice(-200)}` }
  })
  const answers = [...done.done].flatMap(([node, a]) => (a === null ? [] : [{ node, ...a }]))
  const failed = [...leases.failed, ...done.failed].map(([node, f]) => `${node}: its service stays: ${f.message}`)
  const lines = [...Map.groupBy(answers, (a) => words(a.unit, a.answer))].map(
    ([what, on]) => `${what} on ${on.map((a) => a.node).join(', ')}`,
  )
  return {
    lines: [...lines, ...failed],
    whole: failed.length === 0 && answers.every((a) => a.answer === 'removed' || a.answer === 'absent'),
  }
}

function words(unit: string, answer: string): string {
  switch (answer) {
    case 'removed':
      return `${unit} was removed, with its releases and its data,`
    case 'absent':
      return `there is no ${unit}`
    case 'foreign':
      return `${unit} was not written by vps-test and stays`
    default:
      return `${unit} could not be removed (${answer})`
  }
}

const unitOn = (world: Nodes, plan: Plan, name: NodeName): string | null => {
  const node = world.fleet.nodes.find((n) => n.name === name)
  return node === undefined ? null : (deployedUnitOf(plan, node)?.unit.name ?? null)
}
