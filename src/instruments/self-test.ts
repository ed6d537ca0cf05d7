/**
 * Whether a node can be measured at all: its packet witness counts our own packet, the receiver's record can be read,
 * and what a dialler runs in runs a program of ours.
 */
import type { Command } from '../commands/command.ts'
import { placeOf } from '../commands/place.ts'
import { inside } from '../commands/quote.ts'
import { selfTestRun, selfTestSeconds, selfTestWitness } from '../commands/self-test.ts'
import { readSubjectRun, type SubjectEnd } from '../commands/subject-run.ts'
import type { Control } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, Randomness, Tables } from '../ports.ts'
import { onEachNode } from './per-node.ts'
import { randomInt } from './prober.ts'
import { ownerOn, readLook, type NodeLook } from './witness.ts'

export interface SelfTestOf {
  /** Our prober's path on the nodes. */
  readonly prober: string
  /** The deployed program's path. */
  readonly binary: string
  /** Reads a record as a round does; null: the profile's is read in another way, or not at all. */
  readonly record: Command | null
  readonly when: 'before' | 'after'
}

/** One control for each node; `seen` is `through` where all of it works. */
export async function selfTest(
  world: Nodes & Abortable & Randomness & Tables,
  nodes: readonly NodeName[],
  { prober, binary, record, when }: SelfTestOf,
): Promise<readonly Control[]> {
  const tested = await onEachNode(nodes, world.signal, async (name) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const other = world.fleet.nodes.find((n) => n.name !== name)
    if (node === undefined || other === undefined) throw new Error(`no pair of nodes for ${name}`)
    const remote = await world.remote(name)
    const bindPort = randomInt(world, 29_900, 30_800)
    const packet = { program: prober, to: `${other.ip}:9`, bindPort }
    const options = { timeoutMs: 30_000, signal: world.signal }
    const [look, run] = await Promise.all([
      remote.run(inside(placeOf(node.runtime), selfTestWitness(ownerOn(world, name), packet, record)), options),
      remote.run(selfTestRun(binary), options),
    ])
    const end = readSubjectRun(run.stdout, run.stderr, selfTestSeconds)
    return troubleOf({ look: readLook(look), end, bindPort, binary })
  })
  return nodes.map((name) => controlOf(name, when, tested.done.get(name) ?? tested.failed.get(name)?.message ?? null))
}

/** Null: nothing is wrong. */
export function troubleOf(of: {
  readonly look: NodeLook
  readonly end: SubjectEnd
  readonly bindPort: number
  readonly binary: string
}): string | null {
  const { counters, lines } = of.look
  if (counters.kind === 'absent') return 'its packet witness cannot be made: the table is gone at once'
  if (counters.kind === 'not-read') return `its packet witness cannot be read: ${counters.why}`
  if (!counters.value.out.some((f) => f.localPort === of.bindPort && f.packets > 0))
    return "its packet witness did not count our own prober's packet"
  if (lines.kind === 'not-read') return `the receiver's record cannot be read there: ${lines.why}`
  if (of.end.kind === 'not-started') return `no program can be run there: ${of.end.why}`
  if (of.end.code !== 0) return `${of.binary} cannot be executed there (exit ${of.end.code})`
  return null
}

const controlOf = (node: NodeName, when: SelfTestOf['when'], trouble: string | null): Control => ({
  name: when === 'before' ? 'self-test' : 'self-test-after',
  from: node,
  to: node,
  expected: 'through',
  seen: trouble === null ? 'through' : 'error',
  witnessed: trouble === null,
  detail: trouble ?? '',
  raw: [],
})
