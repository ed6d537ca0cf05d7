/** Who holds the nodes of a fleet: read from the nodes themselves, so that it needs no ledger and no orchestrator's home. */
import { breakLease, listLeases, parseLeases, type HeldLease } from '../commands/lease.ts'
import type { NodeName } from '../domain/fleet.ts'
import { longestLeaseMs } from '../domain/lease-policy.ts'
import { onEachNode, type PerNode } from '../instruments/per-node.ts'
import type { Abortable, Nodes } from '../ports.ts'

const timeoutMs = 20_000

export const leasesOn = (
  world: Nodes & Abortable,
  names: readonly NodeName[],
): Promise<PerNode<readonly HeldLease[]>> =>
  onEachNode(names, world.signal, async (name) =>
    parseLeases((await (await world.remote(name)).run(listLeases, { timeoutMs, signal: world.signal })).stdout),
  )

/** Takes them away by their fencing numbers; their holders change nothing any more. */
export const breakLeases = (
  world: Nodes & Abortable,
  held: ReadonlyMap<NodeName, readonly HeldLease[]>,
): Promise<PerNode<void>> =>
  onEachNode([...held.keys()], world.signal, async (name) => {
    const remote = await world.remote(name)
    for (const { service } of held.get(name) ?? [])
      await remote.run(breakLease(service), { timeoutMs, signal: world.signal })
  })

/** A clock that was wrong when it was taken, or a hand: no plan of vps-test lasts so long. */
export const isOdd = ({ secondsLeft }: HeldLease): boolean => secondsLeft * 1000 > longestLeaseMs + slackMs
const slackMs = 10 * 60_000
