/** Fires the rule by which a node is left out, with how many more the run can go on without. */
import { peersOf, type NodeName } from '../../domain/fleet.ts'
import type { Quorum } from '../../domain/quorum.ts'
import type { Execution } from '../../ports.ts'

type Left = { readonly node: NodeName } & ({ readonly message: string } | { readonly why: string })

/** `before`: nodes that were left out before these. */
export function fireLeftOut(
  world: Pick<Execution, 'recoveries'>,
  plan: Quorum,
  stage: string,
  now: readonly Left[],
  before = 0,
): void {
  const of = Math.floor(peersOf(plan.fleet).filter((n) => plan.nodes.includes(n.name)).length / 2)
  now.forEach((left, i) => {
    const nth = before + i + 1
    world.recoveries?.fire('node-left-out', {
      node: left.node,
      recognised: 'why' in left ? left.why : left.message,
      done: nth > of ? 'too few nodes are left' : `${stage} goes on without it`,
      nth: Math.min(nth, of),
      of,
      ...(nth > of ? { usedUp: true } : {}),
    })
  })
}
