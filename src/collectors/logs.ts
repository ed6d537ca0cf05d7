/** The journal of every node's unit. */
import { diagnoseNode } from '../commands/remedies.ts'
import { journal } from '../commands/service.ts'
import { Failure } from '../domain/failure.ts'
import { onEachNode } from '../instruments/per-node.ts'
import type { Collector } from './collector.ts'

/** Of one node, with the sentence that says so 4 MiB at most. */
const logBytes = (4 << 20) - 64

export const collectLogs: Collector = async ({ world, nodes, folder, unitOn, since, window }) => {
  // What an earlier session's program said is no word of this one's.
  const seconds = Math.max(0, Math.ceil((window.to - since) / 1000)) + 2
  const read = await onEachNode(nodes, world.signal, async (name) => {
    const unit = unitOn(name)
    if (unit === null) return
    const said = await (
      await world.remote(name)
    ).run(journal(unit, 500, seconds), { timeoutMs: 30_000, signal: world.signal, maxBytes: logBytes })
    if (said.code !== 0)
      throw new Failure({
        code: 'I319',
        node: name,
        message: `${name}: the journal cannot be read (exit ${String(said.code)}): ${said.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    // A talkative program is no fault of the run: what fits is kept, and says that it is cut.
    await world.files.write(
      `${folder}/logs/${name}.log`,
      said.truncated ? `${said.stdout}\n[cut after ${logBytes} bytes]\n` : said.stdout,
    )
  })
  return [...read.failed].map(([n, f]) => ({ what: `log of ${n}`, why: f.message }))
}
