/** Takes, renews and gives back the leases of a run; they lie on the nodes (spec §1 Lease). */
import { diagnoseNode } from '../../commands/remedies.ts'
import { acquireLease, parseLease, releaseLease } from '../../commands/lease.ts'
import { quote } from '../../commands/quote.ts'
import { Failure } from '../../domain/failure.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { windowMs } from '../../domain/reconcile.ts'
import type { LeaseTerms, Nodes, Execution } from '../../ports.ts'
import { onEachNode, type PerNode } from '../../instruments/per-node.ts'
import { iso } from '../../domain/text.ts'

/** Long enough for one stage; every stage renews. */
const stageSeconds = 1800
/** A build may take 45 minutes, in a job that cannot renew the lease; that one and the next wait for their runners. */
export const buildSeconds = 90 * 60
/** A test's job may last so long. */
export const testSeconds = 180 * 60

/**
 * Fencing number per node. A lease that another session holds is a `busy` failure which says who, why and until when.
 */
export async function takeLeases(
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
  seconds = stageSeconds,
): Promise<PerNode<number>> {
  const service = plan.config.deploy.serviceName
  return onEachNode(nodes, world.signal, async (name) => {
    const remote = await world.remote(name)
    const result = await remote.run(
      acquireLease({ service, holder, who: world.who, why: `test of ${plan.config.project}`, seconds }),
      { timeoutMs: 30_000, signal: world.signal },
    )
    const answer = parseLease(result.stdout)
    if (answer.kind === 'acquired' && result.code === 0) return answer.fence
    if (answer.kind === 'held') {
      throw new Failure({
        code: 'B010',
        node: name,
        message: `${name}: ${service} is leased by ${answer.who} (session ${answer.holder}, ${answer.why}) until ${iso(answer.until * 1000)}`,
        remedy: `vps-test stop ${plan.config.project} --session ${quote(answer.holder)}`,
        held: { holder: answer.holder, who: answer.who, until: answer.until * 1000 },
      })
    }
    throw new Failure({
      code: 'I130',
      node: name,
      message: `${name}: cannot take the lease (exit ${String(result.code)}): ${result.stderr.trim().slice(0, 200)}`,
      remedy: diagnoseNode(name, world.fleet),
    })
  })
}

/**
 * Keeps the fleet through a build, or takes one that is free: all of it or nothing. That it is busy is no reason not to
 * know whether the program compiles; DEPLOY waits for it or refuses.
 */
export async function leaseForBuild(
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
): Promise<void> {
  const { done, failed } = await takeLeases(world, plan, holder, nodes, buildSeconds)
  const busy = [...failed.values()].find((f) => f.kind === 'busy')
  if (busy === undefined) return
  world.log.info(`${busy.message}; building meanwhile`)
  await giveLeasesBack(world, plan, holder, [...done.keys()])
}

/**
 * Keeps the fleet through a wait, and as long as the checkpoint may still be taken after it. `until`: Unix milliseconds
 * of our clock.
 */
export async function holdLeases(
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
  until: number,
): Promise<void> {
  const seconds = Math.max(stageSeconds, Math.ceil((until + windowMs - world.clock.now()) / 1000))
  const { failed } = await takeLeases(world, plan, holder, nodes, seconds)
  failed.forEach((f, n) => world.log.warn(`${n}: the lease was not prolonged: ${f.message}`))
}

export async function giveLeasesBack(
  world: Execution & Nodes,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
): Promise<void> {
  const { failed } = await onEachNode(nodes, world.signal, async (name) =>
    (await world.remote(name)).run(releaseLease(plan.config.deploy.serviceName, holder), {
      timeoutMs: 15_000,
      signal: world.signal,
    }),
  )
  failed.forEach((f, n) =>
    world.log.warn(`${n}: the lease was not given back and stays until it expires: ${f.message}`),
  )
}
