/** Takes, renews and gives back the leases of a run; they lie on the nodes (spec §1 Lease). */
import { diagnoseNode, listLeasesOf } from '../../commands/remedies.ts'
import { acquireLease, parseLease, releaseLease, renewLease } from '../../commands/lease.ts'
import { exitLeaseLost } from '../../commands/release.ts'
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import type { Fleet, NodeName } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { heartbeatMs } from '../../domain/lease-policy.ts'
import type { Held, LeaseTerms, Nodes, Execution, RunResult } from '../../ports.ts'
import { onEachNode, type PerNode } from '../../instruments/per-node.ts'
import { iso } from '../../domain/text.ts'

/**
 * Fencing number per node. A lease that another session holds is a `busy` failure which says who, why and until when.
 */
export async function takeLeases(
  world: Execution & Nodes & LeaseTerms,
  plan: ProgramPlan,
  holder: string,
  nodes: readonly NodeName[],
  ms: number,
  service = plan.config.deploy.serviceName,
): Promise<PerNode<number>> {
  const seconds = Math.ceil(ms / 1000)
  return onEachNode(nodes, world.signal, async (name) => {
    const remote = await world.remote(name)
    const result = await remote.run(
      acquireLease({ service, holder, who: world.who, why: `test of ${plan.config.project}`, seconds }),
      { timeoutMs: 30_000, signal: world.signal },
    )
    const answer = parseLease(result.stdout)
    if (answer.kind === 'acquired' && result.code === 0) {
      world.held?.set(`${name} ${service}`, { node: name, service, fence: answer.fence })
      return answer.fence
    }
    if (answer.kind === 'held') {
      throw new Failure({
        code: 'B010',
        node: name,
        message: `${name}: ${service} is leased by ${answer.who} (session ${answer.holder}, ${answer.why}) until ${iso(answer.until * 1000)}`,
        remedy: endOf(world.fleet, answer),
        held: { holder: answer.holder, who: answer.who, until: answer.until * 1000 },
      })
    }
    throw unwritten(world.fleet, name, 'take', result)
  })
}

/** Whose it is, by its own words; what a person does by hand ends by itself. */
function endOf(fleet: Fleet, { holder, why }: { readonly holder: string; readonly why: string }): string {
  const [, project] = /^test of ([A-Za-z0-9._-]{1,100})$/.exec(why) ?? []
  return project === undefined || holder.startsWith('by-hand-')
    ? listLeasesOf(fleet)
    : `vps-test stop ${quote(project)} --session ${quote(holder)}`
}

/**
 * Keeps the fleet through a build, or takes one that is free: all of it or nothing. That it is busy is no reason not to
 * know whether the program compiles; DEPLOY waits for it or refuses.
 */
export async function leaseForBuild(
  world: Execution & Nodes & LeaseTerms,
  plan: ProgramPlan,
  holder: string,
  nodes: readonly NodeName[],
  ms: number,
): Promise<void> {
  const { done, failed } = await takeLeases(world, plan, holder, nodes, ms)
  const busy = [...failed.values()].find((f) => f.kind === 'busy')
  if (busy === undefined) return
  world.log.info(`${busy.message}; building meanwhile`)
  await giveLeasesBack(world, plan, holder, [...done.keys()])
}

/**
 * Keeps the fleet through a wait, or until the next job. `until`: Unix milliseconds of our clock. What is not known to
 * be held is taken; what this run knew and lost is not.
 */
export async function holdLeases(
  world: Execution & Nodes & LeaseTerms,
  plan: ProgramPlan,
  holder: string,
  nodes: readonly NodeName[],
  until: number,
): Promise<void> {
  const ms = Math.max(heartbeatMs, until - world.clock.now())
  const service = plan.config.deploy.serviceName
  const known = nodes.flatMap((n) => world.held?.get(`${n} ${service}`) ?? [])
  const { failed } = await takeLeases(
    world,
    plan,
    holder,
    nodes.filter((n) => !known.some((k) => k.node === n)),
    ms,
  )
  const lost = await renewLeases(world, holder, known, ms)
  new Map([...failed, ...lost]).forEach((f, n) => world.log.warn(`${n}: the lease was not prolonged: ${f.message}`))
}

/** Answers with what could not be renewed; a lease that is no longer ours is a `busy` failure. */
export async function renewLeases(
  world: Execution & Nodes,
  holder: string,
  held: readonly Held[],
  ms: number,
): Promise<ReadonlyMap<NodeName, Failure>> {
  const names = [...new Set(held.map((h) => h.node))]
  const { failed } = await onEachNode(names, world.signal, async (name) => {
    const remote = await world.remote(name)
    for (const { service, fence } of held.filter((h) => h.node === name)) {
      const result = await remote.run(renewLease(service, holder, fence, Math.ceil(ms / 1000)), {
        timeoutMs: 30_000,
        signal: world.signal,
      })
      if (result.code === exitLeaseLost)
        throw new Failure({
          code: 'B011',
          node: name,
          message: `${name}: the lease of ${service} is no longer ours: a person broke it, or another session took it`,
          remedy: listLeasesOf(world.fleet),
        })
      if (result.code !== 0) throw unwritten(world.fleet, name, 'renew', result)
    }
  })
  return failed
}

const unwritten = (fleet: Fleet, name: NodeName, what: string, { code, stderr }: RunResult): Failure =>
  new Failure({
    code: 'I130',
    node: name,
    message: `${name}: cannot ${what} the lease (exit ${String(code)}): ${stderr.trim().slice(0, 200)}`,
    remedy: diagnoseNode(name, fleet),
  })

export async function giveLeasesBack(
  world: Execution & Nodes & Partial<Pick<LeaseTerms, 'held'>>,
  plan: ProgramPlan,
  holder: string,
  nodes: readonly NodeName[],
  services: readonly string[] = [plan.config.deploy.serviceName],
): Promise<void> {
  const { failed } = await onEachNode(nodes, world.signal, async (name) => {
    const remote = await world.remote(name)
    for (const service of services) {
      world.held?.delete(`${name} ${service}`)
      const done = await remote.run(releaseLease(service, holder), { timeoutMs: 15_000, signal: world.signal })
      if (done.code !== 0) throw unwritten(world.fleet, name, 'give back', done)
    }
  })
  failed.forEach((f, n) =>
    world.log.warn(`${n}: the lease was not given back and stays until it expires: ${f.message}`),
  )
}
