/** `nodes`: who answers, what runs there and how the machine is, its NAT declared and measured; all at once. */
import { diagnoseNode } from '../commands/remedies.ts'
import { parseUnfit, whoThere } from '../commands/survey.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { measuredKind, type Fleet, type FleetNode, type NatMeasurement, type NodeName } from '../domain/fleet.ts'
import { fleetOf, testsOf } from '../domain/events/readers.ts'
import type { FactsLook } from '../domain/node-facts.ts'
import { nodeRates, type NodeRate } from '../domain/node-rates.ts'
import { refuseUnfit } from '../instruments/fitness.ts'
import { measureNats } from '../instruments/nat.ts'
import { readNodeFacts } from '../instruments/node-facts.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { installProber } from '../instruments/prober.ts'
import { natSummary, nodesTable, type NodeRow } from '../report/nodes-table.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { loadFleet, readOnlyWorld, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'
import { keepNats, knownNats } from './known-nats.ts'
import { storedSessions } from './sessions.ts'

export interface NodesFlags {
  /** Absent: what the environment or the configuration in this directory names. */
  readonly fleet?: string
  readonly lab?: string
  readonly key?: KeySource | null
  readonly json?: boolean
  /** Absent: NATs are told as they were measured last. */
  readonly measure?: boolean
}

export async function nodes(c: Context, flags: NodesFlags): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet } = await loadFleet(c, name, flags.lab)
  const [rows, newest] = await Promise.all([
    surveyFleet(c, fleet, flags.key ?? null, flags.measure === true),
    newestRates(c, fleet),
  ])
  const told = rows.map((row) => {
    const rate = newest?.rates.get(row.node.name)
    return rate === undefined ? row : { ...row, rate }
  })
  if (flags.json === true) c.terminal.print(JSON.stringify(told.map(jsonRow)))
  else {
    c.terminal.print(nodesTable(told, c.terminal.palette, c.terminal.columns()))
    const summary = natSummary(told, newest?.session ?? null, c.terminal.palette)
    if (summary !== null) c.terminal.print(`\n${summary}`)
    if (told.some((r) => r.online === true && r.measurement === undefined))
      c.terminal.info('what a NAT really is: vps-test nodes --measure')
  }
  return rows.every((r) => r.online === true) ? exitCodes.passed : exitCodes.infra
}

/** Of the newest test on this fleet that tells its outcomes. */
async function newestRates(
  c: Context,
  fleet: Fleet,
): Promise<{ readonly session: string; readonly rates: ReadonlyMap<NodeName, NodeRate> } | null> {
  const tested = (await storedSessions(c.sessions).catch(() => []))
    .filter(({ entries }) => fleetOf(entries) === fleet.name)
    .flatMap(({ session, entries }) => testsOf(entries).map((test) => ({ session: session.id, test })))
    .toSorted((a, b) => b.test.at - a.test.at)
  for (const { session, test } of tested)
    if (test.outcomes !== null) return { session, rates: nodeRates(test.outcomes) }
  return null
}

/** Who answers, and, where that is wanted, what their NATs really are. */
export async function surveyFleet(
  c: Context,
  fleet: Fleet,
  key: KeySource | null,
  measure: boolean,
): Promise<readonly NodeRow[]> {
  const world = await readOnlyWorld(c, fleet, key)
  try {
    const seen = await onEachNode(
      fleet.nodes.map((n) => n.name),
      c.signal,
      (name) => factsOf(world, name),
    )
    const online = [...seen.done.keys()]
    const nat =
      measure && online.length > 0
        ? await measureNats(world, await installProber(world, online))
        : { measurements: [], failed: new Map<NodeName, Failure>() }
    if (nat.measurements.length > 0) await keepNats(c, fleet, nat.measurements)
    const known = measure ? new Map() : await knownNats(c, fleet)
    return fleet.nodes.map((node) => ({
      node,
      online: seen.done.has(node.name),
      ...measured(c, node.name, nat.measurements, known),
      ...noteOf(seen.failed.get(node.name) ?? nat.failed.get(node.name)),
      ...whereThere('facts', seen.done.get(node.name)),
    }))
  } finally {
    // Nobody waits for goodbyes: the answers are there, and nothing was left on the nodes.
    void world.close()
  }
}

const noteOf = (failure: Failure | undefined): { readonly note?: string } =>
  failure === undefined ? {} : { note: failure.message }
const whereThere = (key: 'facts', value: FactsLook | undefined): { readonly facts?: FactsLook } =>
  value === undefined ? {} : { [key]: value }

function measured(
  c: Context,
  name: NodeName,
  now: readonly NatMeasurement[],
  known: Awaited<ReturnType<typeof knownNats>>,
): Pick<NodeRow, 'measurement' | 'measuredAgoMs'> {
  const fresh = now.find((m) => m.node === name)
  const old = known.get(name)
  return fresh !== undefined
    ? { measurement: fresh }
    : old === undefined
      ? {}
      : { measurement: old.measurement, measuredAgoMs: Math.max(0, c.clock.now() - old.at) }
}

/** Both questions at once, over the same connection. */
async function factsOf(world: OpenWorld, name: NodeName): Promise<FactsLook> {
  const { fleet, signal, clock } = world
  const remote = await world.remote(name)
  const [said, facts] = await Promise.all([
    remote.run(whoThere(nodeOf(fleet, name)), { timeoutMs: 20_000, signal }),
    readNodeFacts(remote, { units: 'ours', disks: ['/', '/opt', '/var/lib'] }, { timeoutMs: 20_000, signal, clock }),
  ])
  if (said.code !== 0)
    throw new Failure({
      code: 'I131',
      node: name,
      message: `${name}: does not say who we are there (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
      remedy: diagnoseNode(name, fleet),
    })
  refuseUnfit(fleet, name, parseUnfit(said.stdout))
  return facts
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

const jsonRow = ({ node, online, measurement, measuredAgoMs, facts, rate, note }: NodeRow): unknown => ({
  name: node.name,
  host: node.host,
  ip: node.ip,
  provider: node.provider,
  region: node.region,
  role: node.role,
  online: online ?? null,
  declaredNat: node.nat,
  expectedRate: node.expectedRate ?? null,
  measured:
    measurement === undefined
      ? null
      : {
          kind: measuredKind(measurement) ?? null,
          mapping: measurement.mapping,
          filtering: measurement.filtering,
          stable: measurement.stable,
          externalAddresses: measurement.externalAddresses,
          agoMs: measuredAgoMs ?? 0,
        },
  rate: rate ?? null,
  facts: facts ?? null,
  note: note ?? null,
})
