/** `nodes`: declared and measured NAT side by side; `nodes trust`: pin host keys after a person's yes. */
import { listNodes } from '../commands/remedies.ts'
import { readFile, writeFile } from 'node:fs/promises'
import { choose } from '../adapters/prompt.ts'
import { fetchHostKeys } from '../adapters/ssh/trust.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Fleet, NatMeasurement, NodeName } from '../domain/fleet.ts'
import { measuredKind } from '../domain/fleet.ts'
import { withHostKeys } from '../inputs/fleet.ts'
import { nodesTable, type NodeRow } from '../report/nodes-table.ts'
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
  readonly yes?: boolean
}

export async function nodes(c: Context, flags: NodesFlags): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet } = await loadFleet(c, name, flags.lab)
  const rows = await survey(c, fleet, flags.key ?? null, flags.measure !== false)
  c.terminal.print(flags.json === true ? JSON.stringify(rows.map(jsonRow)) : nodesTable(rows, c.terminal.palette))
  return rows.every((r) => r.online === true) ? exitCodes.passed : exitCodes.infra
}

/** Who answers, and what their NATs really are. */
export async function survey(
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
      async (name) =>
        (await world.remote(name)).run(
          { kind: 'argv', why: 'are you there', idempotent: true, argv: ['true'] },
          { timeoutMs: 20_000, signal: c.signal },
        ),
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

/** Shows each node's key and fingerprint, and writes it into the fleet file after a yes. */
export async function trust(c: Context, names: readonly string[], flags: NodesFlags): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet, file } = await loadFleet(c, name, flags.lab)
  const wanted =
    names.length === 0
      ? fleet.nodes.filter((n) => n.hostKeys.length === 0)
      : fleet.nodes.filter((n) => names.includes(n.name))
  const unknown = names.filter((n) => !fleet.nodes.some((f) => f.name === n))
  if (unknown.length > 0)
    throw new Failure({
      code: 'U030',
      message: `fleet ${fleet.name} has no node ${unknown.join(', ')}`,
      remedy: listNodes(fleet),
    })
  const seen = await onEachNode(
    wanted.map((n) => n.name),
    c.signal,
    async (name) => {
      const node = wanted.find((n) => n.name === name)
      if (node === undefined) return []
      return fetchHostKeys(node, fleet, { privateKey: '', connectTimeoutMs: 20_000, signal: c.signal, log: c.terminal })
    },
  )
  for (const node of wanted) {
    const keys = seen.done.get(node.name)
    const before = node.hostKeys.length === 0 ? '' : ' (replaces the pinned key)'
    c.terminal.print(
      keys === undefined
        ? `${node.name}: ${seen.failed.get(node.name)?.message ?? 'no answer'}`
        : keys.map((k) => `${node.name}  ${k.line.split(' ')[0]}  ${k.fingerprint}${before}`).join('\n'),
    )
  }
  if (seen.done.size === 0) return exitCodes.infra
  if (flags.yes !== true) {
    if (!c.terminal.interactive)
      throw new Failure({
        code: 'U052',
        message: "pinning keys needs a yes: compare the fingerprints with the provider's console first",
        remedy: `vps-test nodes trust --fleet ${quote(name)} --yes`,
      })
    if (
      (await choose(
        `Pin these keys in ${file}?`,
        [
          { value: 'yes', description: 'they are right' },
          { value: 'no', description: 'leave the file alone' },
        ],
        'no',
      )) !== 'yes'
    )
      return exitCodes.usage
  }
  let text = await readFile(file, 'utf8')
  for (const [name, keys] of seen.done)
    text = withHostKeys(
      text,
      name,
      keys.map((k) => k.line),
    )
  await writeFile(file, text)
  c.terminal.info(`pinned ${seen.done.size} key(s) in ${file}`)
  return seen.failed.size === 0 ? exitCodes.passed : exitCodes.infra
}
