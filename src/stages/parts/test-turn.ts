/**
 * One test or deploy at a time on a node, whatever the services: what others send would be on the wires that a test
 * measures. Builds, waits between checkpoints, and nodes that only one of them uses go on beside each other.
 */
import { Failure } from '../../domain/failure.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { heartbeatMs } from '../../domain/lease-policy.ts'
import type { Plan } from '../../domain/plan.ts'
import { randomInt } from '../../instruments/prober.ts'
import type { PerNode } from '../../instruments/per-node.ts'
import type { Execution, LeaseTerms, Nodes, Randomness } from '../../ports.ts'
import { giveLeasesBack, takeLeases } from './leases.ts'

/** A lease of the node itself; no service has this name. */
export const testTurn = 'vps-test-turn'
/** A test ends within its job's time; whoever died in one has its turn for a heartbeat only. */
const longestMs = 60 * 60_000

/** All or nothing, the first node before the others, so that of two that want the same fleet one gets it. */
export async function awaitTurn(
  world: Execution & Nodes & LeaseTerms & Randomness,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
): Promise<PerNode<number>> {
  const until = world.clock.now() + longestMs
  for (;;) {
    const first = await takeLeases(world, plan, holder, nodes.slice(0, 1), heartbeatMs, testTurn)
    const rest = busyOf(first) === undefined ? nodes.slice(1) : []
    const more = await takeLeases(world, plan, holder, rest, heartbeatMs, testTurn)
    const busy = busyOf(first) ?? busyOf(more)
    if (busy === undefined)
      return { done: new Map([...first.done, ...more.done]), failed: new Map([...first.failed, ...more.failed]) }
    await giveTurnBack(world, plan, holder, [...first.done.keys(), ...more.done.keys()])
    if (world.clock.now() >= until) throw busy
    world.log.progress('turn', `${busy.message}; waiting for it to end`)
    await world.clock.sleep(randomInt(world, 2000, 4000), world.signal)
  }
}

export const giveTurnBack = (
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  holder: string,
  nodes: readonly NodeName[],
): Promise<void> => giveLeasesBack(world, plan, holder, nodes, [testTurn])

const busyOf = ({ failed }: PerNode<number>): Failure | undefined => [...failed.values()].find((f) => f.kind === 'busy')
