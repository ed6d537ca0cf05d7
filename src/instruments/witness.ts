/**
 * Resets and reads the packet witness on nodes and NAT boxes; what cannot be read is not read, and counts as unwitnessed.
 */
import { boxOf, placeOf } from '../commands/place.ts'
import { inside } from '../commands/quote.ts'
import type { TableOwner } from '../commands/tables.ts'
import type { Watched } from '../commands/processes.ts'
import {
  alsoEnd,
  readBoxWitness,
  readNodeWitness,
  removeWitness,
  resetWitness,
  type AfterReading,
} from '../commands/witness.ts'
import type { Command } from '../commands/command.ts'
import {
  notRead,
  thereIs,
  type BoxView,
  type Counters,
  type NodeClock,
  type ProcessLook,
  type Read,
} from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import { parseClock } from '../domain/node-clock.ts'
import type { Abortable, Nodes, Orchestrator, Remote, RunResult, Tables } from '../ports.ts'
import { onEachNode } from './per-node.ts'
import { parseProcesses } from './processes-reading.ts'
import { parseBox, parseCounters } from './witness-reading.ts'

const timeoutMs = 30_000

export interface NodeLook {
  readonly counters: Read<Counters>
  /** Of the command that ran beside it. */
  readonly lines: Read<readonly string[]>
  readonly clock: NodeClock | null
  readonly processes: Read<readonly ProcessLook[]>
}

/** A node that has no lease of ours has no table of ours either: 0 is nobody's fencing number. */
export const ownerOn = ({ tables }: Tables, node: NodeName): TableOwner => ({
  session: tables.session,
  fence: tables.fences.get(node) ?? 0,
  node,
})

const nodeOf = (world: Nodes, name: NodeName): FleetNode => {
  const node = world.fleet.nodes.find((n) => n.name === name)
  if (node === undefined) throw new Error(`no node ${name} in fleet ${world.fleet.name}`)
  return node
}

/** Where a node's NAT box is entered, or null where it has none. */
export async function boxOn(
  world: Nodes & Orchestrator,
  node: FleetNode,
): Promise<{ remote: Remote; wrap: (c: Command) => Command } | null> {
  if (node.natBox === undefined) return null
  const { at, enter } = boxOf(node.natBox)
  return { remote: at === 'node' ? await world.remote(node.name) : world.here, wrap: (c) => inside(enter, c) }
}

/** A fresh table on every node and box; names what failed. */
export async function resetWitnesses(
  world: Nodes & Orchestrator & Abortable & Tables,
  nodes: readonly NodeName[],
): Promise<ReadonlyMap<NodeName, string>> {
  const result = await onEachNode(nodes, world.signal, async (name) => {
    const node = nodeOf(world, name)
    const box = await boxOn(world, node)
    const options = { timeoutMs, signal: world.signal }
    const answers = await Promise.all([
      (await world.remote(name)).run(
        inside(placeOf(node.runtime), resetWitness('node', ownerOn(world, name))),
        options,
      ),
      ...(box === null ? [] : [box.remote.run(box.wrap(resetWitness('box', ownerOn(world, name))), options)]),
    ])
    return answers
      .filter((a) => a.code !== 0)
      .map(reasonOf)
      .join('; ')
  })
  return new Map([
    ...[...result.done].filter(([, text]) => text !== ''),
    ...[...result.failed].map(([n, f]) => [n, f.message] as const),
  ])
}

/** Reads one node's counters, and resets them unless they are to count on; `also` runs in the same exec, and its lines come with them. */
export async function readNode(
  world: Nodes & Orchestrator & Abortable & Tables,
  name: NodeName,
  also: Command | null,
  watched: Watched | null = null,
  then: AfterReading = 'reset',
): Promise<NodeLook> {
  const result = await (
    await world.remote(name)
  ).run(inside(placeOf(nodeOf(world, name).runtime), readNodeWitness(ownerOn(world, name), also, watched, then)), {
    timeoutMs,
    signal: world.signal,
  })
  return readLook(result)
}

/** Each of the two by its own word. */
export function readLook(result: Pick<RunResult, 'code' | 'stdout' | 'stderr'>): NodeLook {
  const [first = '', ...rest] = result.stdout.split('\n')
  const [clock = '', ran = '', ...lines] = rest.filter((l) => l !== '')
  const end = lines.at(-1)?.split(' ') ?? []
  const counters = parseCounters(first)
  return {
    clock: parseClock(clock),
    processes: parseProcesses(ran),
    counters:
      first === 'absent'
        ? { kind: 'absent' }
        : counters === undefined
          ? notRead(result.stderr.trim() === '' ? 'no listing of our table' : reasonOf(result))
          : thereIs(counters),
    lines:
      end[0] === alsoEnd && end[1] === '0'
        ? thereIs(lines.slice(0, -1))
        : notRead(end[0] === alsoEnd ? `reading it ended with ${end[1]}` : reasonOf(result)),
  }
}

/** Reads a NAT box, and resets it unless it is to count on; null where there is none. */
export async function readBox(
  world: Nodes & Orchestrator & Abortable & Tables,
  name: NodeName,
  then: AfterReading = 'reset',
): Promise<Read<BoxView> | null> {
  const box = await boxOn(world, nodeOf(world, name))
  if (box === null) return null
  const result = await box.remote.run(box.wrap(readBoxWitness(ownerOn(world, name), then)), {
    timeoutMs,
    signal: world.signal,
  })
  if (result.code !== 0) return notRead(reasonOf(result))
  if (result.stdout.startsWith('absent\n')) return { kind: 'absent' }
  const view = parseBox(result.stdout)
  return view === null ? notRead('no listing of our table') : thereIs(view)
}

const reasonOf = ({ code, stderr }: { readonly code: number | null; readonly stderr: string }): string =>
  stderr.trim().slice(0, 200) || `exit ${String(code)}`

/** Takes our tables away again; a node that does not answer keeps an inert one. */
export async function removeWitnesses(
  world: Nodes & Orchestrator & Abortable & Tables,
  nodes: readonly NodeName[],
): Promise<void> {
  await onEachNode(nodes, world.signal, async (name) => {
    const node = nodeOf(world, name)
    const box = await boxOn(world, node)
    const options = { timeoutMs, signal: world.signal }
    await Promise.all([
      (await world.remote(name)).run(inside(placeOf(node.runtime), removeWitness(ownerOn(world, name))), options),
      ...(box === null ? [] : [box.remote.run(box.wrap(removeWitness(ownerOn(world, name))), options)]),
    ])
  })
}
