/** A lab's NATs, measured from the nodes' own networks without SSH: while they boot, or over the links as they are. */
import { localRemote } from '../adapters/local.ts'
import { systemRandom } from '../adapters/system.ts'
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import { measureNats } from '../instruments/nat.ts'
import type { RunningLab } from '../lab/lab.ts'
import type { Remote } from '../ports.ts'
import type { NodeRow } from '../report/nodes-table.ts'
import type { Context } from './context.ts'

/** Unshaped links answer within a millisecond; this is for two busy cores. */
const quickMs = 120

export async function measureLab(
  c: Pick<Context, 'probe'>,
  { fleet, enter, shaped }: RunningLab,
  signal: AbortSignal,
): Promise<readonly NodeRow[]> {
  if (c.probe === null) throw new Failure({ code: 'I100', message: 'our prober is not built' })
  const remotes = new Map<NodeName, Remote>(fleet.nodes.map((n) => [n.name, localRemote(n.name, enter(n.name))]))
  const remote = async (name: NodeName): Promise<Remote> => {
    const found = remotes.get(name)
    if (found === undefined) throw new Failure({ code: 'U030', message: `the fleet has no node ${name}` })
    return found
  }
  try {
    const { measurements, failed } = await measureNats(
      { fleet, signal, remote, random: systemRandom },
      {
        program: c.probe,
        on: { done: new Map(fleet.nodes.map((n) => [n.name, true as const])), failed: new Map() },
        ...(shaped ? {} : { waitMs: quickMs }),
      },
    )
    return fleet.nodes.map((node) => {
      const measurement = measurements.find((m) => m.node === node.name)
      const note = failed.get(node.name)?.message
      return { node, ...(measurement === undefined ? {} : { measurement }), ...(note === undefined ? {} : { note }) }
    })
  } finally {
    await Promise.all([...remotes.values()].map((r) => r.close()))
  }
}
