/** Always done at the end of a test, whatever happened: logs of every node and the registry's answers. */
import { diagnoseNode } from '../../commands/remedies.ts'
import { journal } from '../../commands/service.ts'
import { Failure } from '../../domain/failure.ts'
import { registryOf, type NodeName } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import { registryUrlOf } from '../../domain/program.ts'
import type { Unsupported } from '../../domain/unsupported.ts'
import type { World } from '../../ports.ts'
import { onEachNode } from '../../instruments/per-node.ts'
import { unitOf } from './units.ts'

/** Of one node, with the sentence that says so 4 MiB at most. */
const logBytes = (4 << 20) - 64
const routes = ['health', 'api/peers', 'api/results', 'api/stats'] as const

/** Writes below `folder` and names what could not be had. */
export async function collect(
  world: World,
  plan: Plan,
  nodes: readonly NodeName[],
  folder: string,
): Promise<readonly Unsupported[]> {
  const logs = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const unit = node === undefined ? null : unitOf(plan, node)
    if (unit === null) return
    const said = await (
      await world.remote(name)
    ).run(journal(unit.unit.name, 500), { timeoutMs: 30_000, signal: world.signal, maxBytes: logBytes })
    if (said.code !== 0)
      throw new Failure({
        code: 'I319',
        node: name,
        message: `${name}: the journal cannot be read (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    // A talkative program is no fault of the run: what fits is kept, and says that it is cut.
    await world.files.write(
      `${folder}/logs/${name}.log`,
      said.truncated ? `${said.stdout}\n[cut after ${logBytes} bytes]\n` : said.stdout,
    )
  })
  const registry = registryOf(world.fleet)
  const answers = await onEachNode(
    registry !== undefined && nodes.includes(registry.name) ? routes : [],
    world.signal,
    async (route) => {
      const answer = await world.http(registry?.name ?? '', `${registryUrlOf(world.fleet, plan)}/${route}`, 15_000)
      await world.files.write(`${folder}/registry/${route.replaceAll('/', '-')}.json`, answer.body)
    },
  )
  return [
    ...[...logs.failed].map(([n, f]) => ({ what: `log of ${n}`, why: f.message })),
    ...[...answers.failed].map(([r, f]) => ({ what: `the registry's /${r}`, why: f.message })),
  ]
}
