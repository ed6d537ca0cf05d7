/** Asks a node why the program failed on it: one command, kept as it came and read by its sections. */
import { dataDir } from '../commands/service.ts'
import { lookForCauses, type DiagnosisOf } from '../commands/diagnosis.ts'
import type { NodeName } from '../domain/fleet.ts'
import { toldLines, type PostMortem } from '../domain/post-mortem/told.ts'
import { messageOf, stripHidden } from '../domain/text.ts'
import type { Abortable, Nodes } from '../ports.ts'

/** A node that does not answer is told as one, and fails nothing. */
export async function askWhy(
  world: Nodes & Abortable,
  node: NodeName,
  { unit, listens, releases, ...more }: Omit<DiagnosisOf, 'data'>,
): Promise<PostMortem> {
  const of = { unit, listens, releases, data: dataDir(unit) }
  const told = { node, of, sinceSeconds: more.sinceSeconds }
  try {
    const { stdout } = await (
      await world.remote(node)
    ).run(lookForCauses({ ...of, ...more }), { timeoutMs: 45_000, signal: world.signal, maxBytes: 1 << 18 })
    return { ...told, lines: toldLines(stdout), why: null }
  } catch (error) {
    world.signal.throwIfAborted()
    return { ...told, lines: null, why: stripHidden(messageOf(error), 300) }
  }
}
