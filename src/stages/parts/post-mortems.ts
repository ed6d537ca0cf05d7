/** Asks nodes what became of the service on them, after a failure; what they told is kept as it came. */
import { placeOf } from '../../commands/place.ts'
import { causeOf } from '../../domain/diagnosis.ts'
import type { FleetNode, NodeName } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { registryUrlOf } from '../../domain/program.ts'
import type { Session } from '../../domain/session.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { readPostMortem } from '../../domain/post-mortem/read.ts'
import type { PostMortem } from '../../domain/post-mortem/told.ts'
import { askWhy } from '../../instruments/diagnosis.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import type { Abortable, Clock, Nodes } from '../../ports.ts'
import { endsOfFailures } from './ends-of-failures.ts'
import { unitOf } from './units.ts'

type PostMortemWorld = Nodes & Abortable & { readonly clock: Clock }

/** `since`: how far back its journals are asked, Unix milliseconds of our clock. Null: nothing of ours runs there. */
export async function postMortemOf(
  world: PostMortemWorld,
  plan: ProgramPlan,
  node: FleetNode,
  since: number,
): Promise<PostMortem | null> {
  const planned = unitOf(plan, node)
  if (planned === null) return null
  return askWhy(world, node.name, {
    unit: planned.unit.name,
    listens: planned.listens,
    place: placeOf(node.runtime),
    releases: plan.config.deploy.installPath,
    sinceSeconds: secondsSince(since, world.clock.now()),
    names: namesIn([registryUrlOf(world.fleet, plan)]),
  })
}

/** In the order of the nodes. */
async function postMortems(
  world: PostMortemWorld,
  plan: ProgramPlan,
  nodes: readonly NodeName[],
  since: number,
): Promise<readonly PostMortem[]> {
  const asked = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    return node === undefined ? null : postMortemOf(world, plan, node, since)
  })
  return [...asked.done.values()].filter((p) => p !== null)
}

/** After a test that did not pass, every node of it; else those that a failure is told of. */
export async function askedAfter(
  world: PostMortemWorld,
  plan: ProgramPlan,
  verdict: Verdict,
  { there, since }: { readonly there: readonly NodeName[]; readonly since: number },
): Promise<{ readonly accused: readonly NodeName[]; readonly told: readonly PostMortem[] }> {
  const accused = endsOfFailures(verdict)
  return { accused, told: await postMortems(world, plan, verdict.result === 'passed' ? accused : there, since) }
}

/** Before it another program may have run there, whose words are none of this one's. */
export const deployedAt = ({ newest, startedAt }: Pick<Session, 'newest' | 'startedAt'>): number =>
  newest.DEPLOY?.at ?? startedAt

/** What of a machine explains that the program fails there. */
export const machineCauses = (told: readonly PostMortem[]): ReadonlyMap<NodeName, string> =>
  new Map(
    told.flatMap((p) => {
      const found = readPostMortem(p)
      const cause = found === null ? null : causeOf(found)
      return cause === null ? [] : [[p.node, cause.why] as const]
    }),
  )

/** Host names, no addresses. */
const namesIn = (urls: readonly string[]): readonly string[] => [
  ...new Set(
    urls.flatMap((url) => {
      const host = URL.parse(url)?.hostname ?? ''
      return host === '' || /^[\d.]+$/.test(host) || host.startsWith('[') ? [] : [host]
    }),
  ),
]

/** Nodes count it back from now, by their own clocks. */
const secondsSince = (since: number, now: number): number =>
  Math.min(30 * 86_400, Math.max(0, Math.ceil((now - since) / 1000)))
