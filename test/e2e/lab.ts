/**
 * A real lab for a test file: up without measuring (each session measures anyway), and the ways to break things in it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { placeOf } from '../../src/commands/place.ts'
import type { Fleet } from '../../src/domain/fleet.ts'
import { labBoxEnter, labDown, labExec, labUp, loadTopology, powerOff, powerOn } from '../../src/lab/lab.ts'
import { needRoot } from '../lab/leftovers.ts'
import { claim, release } from './claim.ts'
import { root, run } from './cli.ts'

export const topologyFile = (name: string): string => join(root, 'test/fixtures/lab', `${name}.topology.yaml`)

export interface Lab {
  readonly id: string
  readonly fleet: Fleet
  /** Runs a shell text as root on a node; its stdout. */
  on(node: string, script: string): Promise<string>
  /** Words before a program's that put it into the network namespace of the node's service. */
  place(node: string): readonly string[]
  /** The same as `on`, in the network namespace of the node's service: a container's, or the node's own. */
  within(node: string, script: string): Promise<string>
  /** Runs a program in the network namespace of a node's NAT box. */
  box(node: string, argv: readonly string[]): Promise<string>
  off(node: string): Promise<void>
  power(node: string): Promise<void>
  down(): Promise<void>
}

const log = { info: () => undefined, warn: () => undefined, progress: () => undefined }
const options = (id: string) => ({ id, log, signal: AbortSignal.timeout(300_000) })

export async function openLab(id: string, topology = 'nine'): Promise<Lab> {
  needRoot()
  await claim(id)
  await labDown(options(id))
  const fleet = await labUp({
    ...options(id),
    shaping: 'none',
    topology: loadTopology(readFileSync(topologyFile(topology), 'utf8')),
  })
  const execute = async ([file = '', ...args]: readonly string[]): Promise<string> =>
    (await run(file, args, { timeout: 120_000, maxBuffer: 64 << 20 })).stdout
  const place = (name: string): readonly string[] => {
    const node = fleet.nodes.find((n) => n.name === name)
    return node === undefined ? [] : placeOf(node.runtime)
  }
  return {
    id,
    fleet,
    place,
    within: async (node, script) => execute(await labExec({ id, node }, [...place(node), 'sh', '-eu', '-c', script])),
    on: async (node, script) => execute(await labExec({ id, node }, ['sh', '-eu', '-c', script])),
    box: (node, argv) => execute([...labBoxEnter({ id, node }), ...argv]),
    off: (node) => powerOff({ ...options(id), node }),
    power: (node) => powerOn({ ...options(id), node }),
    down: async () => {
      await labDown(options(id))
      release(id)
    },
  }
}

export const dropLab = async (id: string): Promise<void> => {
  needRoot()
  await claim(id)
  await labDown(options(id))
  release(id)
}
