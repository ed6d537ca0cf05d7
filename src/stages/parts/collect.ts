/** Always done at the end of a test, whatever happened: what the proof method asks to be fetched; some of it before. */
import { collectors, collectorsBefore } from '../../collectors/collectors.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { Window } from '../../domain/metrics.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Unsupported } from '../../domain/unsupported.ts'
import type { Abortable, NodeHttp, Nodes, SessionFolder } from '../../ports.ts'
import { unitOf } from './units.ts'

type CollectWorld = Nodes & NodeHttp & Abortable & SessionFolder

export interface CollectPlace {
  readonly nodes: readonly NodeName[]
  /** Below it everything is written. */
  readonly folder: string
  readonly window: Window
  /** When the session began, Unix milliseconds. */
  readonly since: number
}

/** Names what could not be had. */
export async function collect(world: CollectWorld, plan: Plan, place: CollectPlace): Promise<readonly Unsupported[]> {
  const missing = await Promise.all(
    collectors[plan.answers.proof.value].map((fetch) => fetch(collecting(world, plan, place))),
  )
  const taken = world.concealer?.takenOut() ?? []
  return [
    ...missing.flat(),
    ...taken.map((what) => ({ what: 'evidence without secrets', why: `${what}: it was taken out before sealing` })),
  ]
}

/** What is compared with its like at the end. */
export const collectBefore = async (
  world: CollectWorld,
  plan: Plan,
  place: CollectPlace,
): Promise<readonly Unsupported[]> =>
  (
    await Promise.all(collectorsBefore[plan.answers.proof.value].map((fetch) => fetch(collecting(world, plan, place))))
  ).flat()

const collecting = (world: CollectWorld, plan: Plan, place: CollectPlace) => ({
  world,
  plan,
  ...place,
  unitOn: (name: NodeName): string | null => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    return node === undefined ? null : (unitOf(plan, node)?.unit.name ?? null)
  },
})
