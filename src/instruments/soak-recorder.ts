/** Watches the service of each node through a soak: begins the recorders, and reads what they wrote. */
import { sequence } from '../commands/sequence.ts'
import { continueRecorder, readRecorder, startRecorder, type Recorded } from '../commands/soak-recorder.ts'
import { notRead, thereIs } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import { mostSoak, type SoakNotes } from '../domain/soak/sample.ts'
import type { Abortable, Nodes } from '../ports.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { onEachNode, type PerNode } from './per-node.ts'

export interface WatchedService extends Recorded {
  readonly name: NodeName
  readonly lease: { readonly holder: string; readonly fence: number }
}

type WatchWorld = Nodes & Abortable

export const startRecorders = (world: WatchWorld, all: readonly WatchedService[]): Promise<PerNode<void>> =>
  begin(world, all, startRecorder)

/** Where a reboot ended one. */
export const continueRecorders = (world: WatchWorld, all: readonly WatchedService[]): Promise<PerNode<void>> =>
  begin(world, all, continueRecorder)

const begin = (
  world: WatchWorld,
  all: readonly WatchedService[],
  command: typeof startRecorder,
): Promise<PerNode<void>> => {
  const byName = new Map(all.map((w) => [w.name, w]))
  return onEachNode([...byName.keys()], world.signal, async (name) => {
    const of = byName.get(name) as WatchedService
    const done = await (
      await world.remote(name)
    ).run(sequence('watch', [command(of, of.lease)]), { timeoutMs: 30_000, signal: world.signal })
    if (!done.stdout.endsWith('\n\u001e0\n'))
      throw new Failure({
        code: 'I164',
        node: name,
        message: `${name}: no recorder watches ${of.unit} through the soak: ${done.stdout
          .replace(/\n\u001e\d*\n$/, '')
          .trim()
          .slice(-200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
  })
}

const mostBytes = mostSoak.lines * mostSoak.characters

export async function readRecorders(
  world: WatchWorld,
  service: string,
  nodes: readonly NodeName[],
): Promise<readonly SoakNotes[]> {
  const read = await onEachNode(nodes, world.signal, async (name) => {
    const said = await (
      await world.remote(name)
    ).run(readRecorder(service), { timeoutMs: 60_000, signal: world.signal, maxBytes: mostBytes })
    return soakNotesIn(name, said.code, said.stdout)
  })
  return [
    ...read.done.values(),
    ...[...read.failed].map(([node, f]): SoakNotes => ({ node, lines: notRead(f.message.slice(0, 300)) })),
  ]
}

export function soakNotesIn(node: NodeName, code: number | null, stdout: string): SoakNotes {
  const [head, ...lines] = stdout.split('\n')
  if (code !== 0 || (head !== 'there' && head !== 'absent'))
    return { node, lines: notRead(`what the recorder wrote cannot be read (exit ${String(code)})`) }
  return {
    node,
    lines:
      head === 'absent'
        ? { kind: 'absent' }
        : thereIs(
            lines
              .filter((l) => l !== '')
              .slice(-mostSoak.lines)
              .map((l) => l.slice(0, mostSoak.characters)),
          ),
  }
}
