/** `nodes`: who answers, and declared and measured NAT side by side. */
import { diagnoseNode } from '../commands/remedies.ts'
import { parseUnfit, whoThere } from '../commands/survey.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Fleet, FleetNode, NatMeasurement, NodeName } from '../domain/fleet.ts'
import { measuredKind } from '../domain/fleet.ts'
import { nodesTable, type NodeRow } from '../report/nodes-table.ts'
import { refuseUnfit } from '../instruments/fitness.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { measureNats } from '../instruments/nat.ts'
import { installProber } from '../instruments/prober.ts'
import type { KeySource } from '../world.ts'
import { loadFleet, readOnlyWorld, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'

export interface NodesFlags {
  /** Absent: what the environment or the configuration in this directory names. */
  readonly fleet?: string
  readonly lab?: string
  readonly key?: KeySource | null
  readonly json?: boolean
  readonly measure?: boolean
}

export async function nodes(c: Context, flags: NodesFlags): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet } = await loadFleet(c, name, flags.lab)
  const rows = await surveyFleet(c, fleet, flags.key ?? null, flags.measure !== false)
  c.terminal.print(flags.json === true ? JSON.stringify(rows.map(jsonRow)) : nodesTable(rows, c.terminal.palette))
  return rows.every((r) => r.online === true) ? exitCodes.passed : exitCodes.infra
}

/** Who answers, and what their NATs really are. */
export async function surveyFleet(
  c: Context,
  fleet: Fleet,
  key: KeySource | null,
  measure: boolean,
): Promise<readonly NodeRow[]> {
  const world = await readOnlyWorld(c, fleet, key)
  try {
    c.terminal.info(`asking ${fleet.nodes.length} nodes of fleet ${fleet.name}`)
    const seen = await onEachNode(
      fleet.nodes.map((n) => n.name),
      c.signal,
      async (name) => {
        const said = await (
          await world.remote(name)
        ).run(whoThere(nodeOf(fleet, name)), { timeoutMs: 20_000, signal: c.signal })
        if (said.code !== 0)
          throw new Failure({
            code: 'I131',
            node: name,
            message: `${name}: does not say who we are there (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
            remedy: diagnoseNode(name, fleet),
          })
        refuseUnfit(fleet, name, parseUnfit(said.stdout))
      },
    )
    const online = [...seen.done.keys()]
    const nat =
      measure && online.length > 0
        ? await measureNats(world, await installProber(world, online))
        : { measurements: [], failed: new Map<NodeName, Failure>() }
    return fleet.nodes.map((node) => {
      const measurement = nat.measurements.find((m) => m.node === node.name)
      const note = seen.failed.get(node.name)?.message ?? nat.failed.get(node.name)?.message
      return {
        node,
        online: seen.done.has(node.name),
        ...(measurement === undefined ? {} : { measurement }),
        ...(note === undefined ? {} : { note }),
      }
    })
  } finally {
    await world.close()
  }
}

const nodeOf = (fleet: Fleet, name: NodeName): Pick<FleetNode, 'runtime' | 'natBox'> =>
  fleet.nodes.find((n) => n.name === name) ?? { runtime: { kind: 'systemd' } }

/** Nodes whose NAT was not measured, or is not what the fleet file says. */
export const mislabelled = (rows: readonly NodeRow[]): readonly string[] =>
  rows.flatMap(({ node, measurement }) =>
    measurement === undefined
      ? [`${node.name}: not measured`]
      : measuredKind(measurement) !== node.nat || measurement.stable === false
        ? [`${node.name}: declared ${node.nat}, measured ${described(measurement)}`]
        : [],
  )

const described = (m: NatMeasurement): string =>
  `${m.mapping}${m.mapping === 'none' ? '' : `+${m.filtering}`}${m.stable === false ? ', unstable' : ''}`

const jsonRow = ({ node, online, measurement, note }: NodeRow): unknown => ({
  name: node.name,
  host: node.host,
  ip: node.ip,
  role: node.role,
  online: online ?? null,
  declaredNat: node.nat,
  measured:
    measurement === undefined
      ? null
      : {
          kind: measuredKind(measurement) ?? null,
          mapping: measurement.mapping,
          filtering: measurement.filtering,
          stable: measurement.stable,
          externalAddresses: measurement.externalAddresses,
        },
  note: note ?? null,
})
