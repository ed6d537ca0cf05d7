/** Puts our prober on nodes and reads its JSON lines. */
import { diagnoseNode } from '../commands/remedies.ts'
import { gzipSync } from 'node:zlib'
import { findProbe, installProbe, probePath } from '../commands/probe.ts'
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import { sha256 } from '../domain/ledger.ts'
import type { Abortable, Nodes, ProberBinary, Randomness } from '../ports.ts'
import { onEachNode, type PerNode } from './per-node.ts'

export interface Installed {
  readonly sha256: string
  /** Its path on the nodes. */
  readonly program: string
  readonly on: PerNode<true>
}

/** Uploads the prober to every node that has not got it. */
export async function installProber(
  world: Nodes & Abortable & ProberBinary,
  nodes: readonly NodeName[],
): Promise<Installed> {
  const bytes = await world.probe()
  const digest = sha256(bytes)
  const packed = new Uint8Array(gzipSync(bytes))
  const on = await onEachNode(nodes, world.signal, async (name) => {
    const remote = await world.remote(name)
    const options = { timeoutMs: 60_000, signal: world.signal }
    const found = await remote.run(findProbe(digest), options)
    if (found.stdout.trim() === 'present') return true as const
    const result = await remote.run(installProbe(digest), { ...options, stdin: packed })
    if (result.code !== 0)
      throw new Failure({
        code: 'I120',
        node: name,
        message: `${name}: cannot install the prober (exit ${result.code}): ${result.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    return true as const
  })
  return { sha256: digest, program: probePath(digest), on }
}

/** JSON objects among the lines; anything else is dropped. */
export function events(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line)
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [value as Record<string, unknown>]
        : []
    } catch {
      return []
    }
  })
}

/** Lowercase hex of `n` random bytes. */
export const randomHex = (world: Randomness, n: number): string => Buffer.from(world.random.bytes(n)).toString('hex')

/** A number in `[low, high]`, from unpredictable bytes. */
export function randomInt(world: Randomness, low: number, high: number): number {
  const value = Buffer.from(world.random.bytes(6)).readUIntBE(0, 6)
  return low + (value % (high - low + 1))
}
