/** Waits until the kernel of each node has seen its service hear another node and answer one; nothing of it is evidence. */
import type { Counters, Flow } from '../../domain/evidence.ts'
import { normalAddress } from '../../domain/addresses.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import { readNode } from '../../instruments/witness.ts'
import type { Bench } from '../bench.ts'

const lookEveryMs = 500

/** No longer than so many seconds: a program that links nobody in that time is told to broadcast all the same. */
export async function untilLinked(bench: Bench, names: readonly NodeName[], seconds: number): Promise<void> {
  const { world, plan, subjects } = bench
  const registries = new Set(world.fleet.nodes.filter((n) => n.role === 'registry').map((n) => normalAddress(n.ip)))
  const until = world.clock.now() + seconds * 1000
  let open = names
  while (open.length > 0) {
    const seen = await onEachNode(open, world.signal, async (name) => {
      const { counters } = await readNode(world, name, null, null, 'count-on')
      const port = subjects.ports.get(name) ?? plan.profile.servicePort
      // What cannot be read is nothing to wait for.
      return counters.kind !== 'there' || isLinked(counters.value, port, registries)
    })
    open = open.filter((name) => seen.done.get(name) === false)
    if (open.length === 0 || world.clock.now() >= until) break
    await world.clock.sleep(lookEveryMs, world.signal)
  }
  if (open.length > 0) world.log.warn(`${open.join(', ')}: no packets with another node for ${seconds} s`)
}

/** Both ways with one address that is no registry's. */
export function isLinked(counters: Counters, port: number, registries: ReadonlySet<string>): boolean {
  const others = (flows: readonly Flow[]): ReadonlySet<string> =>
    new Set(
      flows
        .filter((f) => f.localPort === port && f.packets > 0)
        .map((f) => normalAddress(f.remote))
        .filter((a) => !registries.has(a)),
    )
  const [heard, answered] = [others(counters.in), others(counters.out)]
  return [...heard].some((a) => answered.has(a))
}
