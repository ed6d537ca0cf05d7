/** Always done at the end of a test, whatever happened: what the proof method asks to be fetched. */
import { collectors } from '../../collectors/collectors.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Unsupported } from '../../domain/unsupported.ts'
import type { Abortable, NodeHttp, Nodes, SessionFolder } from '../../ports.ts'
import { unitOf } from './units.ts'

/** Writes below `folder` and names what could not be had. */
export async function collect(
  world: Nodes & NodeHttp & Abortable & SessionFolder,
  plan: Plan,
  nodes: readonly NodeName[],
  folder: string,
): Promise<readonly Unsupported[]> {
  const unitOn = (name: NodeName): string | null => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    return node === undefined ? null : (unitOf(plan, node)?.unit.name ?? null)
  }
  const missing = await Promise.all(
    collectors[plan.answers.proof.value].map((fetch) => fetch({ world, plan, nodes, folder, unitOn })),
  )
  const taken = world.concealer?.takenOut() ?? []
  return [
    ...missing.flat(),
    ...taken.map((what) => ({ what: 'evidence without secrets', why: `${what}: it was taken out before sealing` })),
  ]
}
