/** Journals of all nodes as they grow, merged as far as their lines come in time; a lost node is asked again. */
import { journalRecords } from '../commands/journal.ts'
import { recordLines, merged, type LogLine } from '../domain/log-lines.ts'
import type { NodeName } from '../domain/fleet.ts'
import { messageOf } from '../domain/text.ts'
import type { OpenWorld } from '../world.ts'
import type { Context } from './context.ts'
import type { LinePrinter } from './log-printer.ts'
import { journalsOn, logWorld, unitOn, type LogsOf } from './node-logs.ts'
import type { StoredSession } from './sessions.ts'

/** How long a line waits for earlier ones of nodes that are farther away. */
const holdMs = 500
const tickMs = 250
const pauseMs = 3000
const dayMs = 86_400_000
/** Of each node, before the first new one. */
const atFirst = 10

/** Until the person ends it. */
export async function followLogs(
  c: Context,
  known: StoredSession,
  wish: LogsOf,
  steps: readonly LogLine[],
  printer: LinePrinter,
): Promise<void> {
  const { plan } = wish
  if (plan === null) return
  const world = await logWorld(c, known, plan, wish)
  let waiting: { readonly line: LogLine; readonly heard: number }[] = []
  let told = known.entries.at(-1)?.seq ?? 0
  const before = await journalsOn(c, world, { ...wish, plan, lines: wish.since === null ? atFirst : wish.lines })
  for (const why of before.failed) c.terminal.warn(why)
  printer.print(merged([...steps.slice(-3), ...before.lines]))
  const readers = wish.nodes.flatMap((name) => {
    const unit = unitOn(plan, name)
    const newest = before.lines.findLast((l) => l.node === name)?.at ?? null
    const take = (line: LogLine): void => void waiting.push({ line, heard: c.clock.monotonic() })
    return unit === null ? [] : [followNode(c, world, { name, unit, newest, lines: wish.lines }, take)]
  })
  const flush = (until: number): void => {
    const ready = waiting.filter((w) => w.heard <= until)
    if (ready.length === 0) return
    waiting = waiting.filter((w) => w.heard > until)
    printer.print(merged(ready.map((w) => w.line)))
  }
  try {
    for (let tick = 1; ; tick++) {
      await c.clock.sleep(tickMs, c.signal)
      flush(c.clock.monotonic() - holdMs)
      if (tick % 8 !== 0) continue
      const entries = await known.ledger.read(known.session.id).catch(() => [])
      for (const e of entries.filter((one) => one.seq > told)) {
        printer.print([{ at: e.at, node: null, text: `${e.from} → ${e.to}: ${e.why}` }])
        told = e.seq
      }
    }
  } catch (error) {
    if (!c.signal.aborted) throw error
  } finally {
    flush(Infinity)
    await Promise.allSettled(readers)
    await world.close()
  }
}

interface Followed {
  readonly name: NodeName
  readonly unit: string
  /** Time of the newest line that was taken already; null: there is none, and what comes is new. */
  readonly newest: number | null
  readonly lines: number
}

/** What was taken is not taken again, also after a lost connection. */
async function followNode(
  c: Context,
  world: OpenWorld,
  { name, unit, lines, ...first }: Followed,
  take: (line: LogLine) => void,
): Promise<void> {
  let newest = first.newest
  let warned = false
  while (!c.signal.aborted) {
    const from = newest
    try {
      await (
        await world.remote(name)
      ).run(journalRecords({ unit, lines: from === null ? 0 : lines, since: from, follow: true }), {
        timeoutMs: dayMs,
        signal: c.signal,
        maxBytes: 0,
        onLine: (record) => {
          const said = recordLines(name, record)
          if (said === null && record !== '' && !warned) {
            warned = true
            c.terminal.warn(`${name}: a record of its journal could not be read, and is not shown`)
          }
          for (const line of said ?? []) {
            if (from !== null && line.at <= from) continue
            newest = Math.max(newest ?? 0, line.at)
            take(line)
          }
        },
      })
    } catch (error) {
      if (c.signal.aborted) return
      c.terminal.warn(`${messageOf(error)}; asked again`)
    }
    await c.clock.sleep(pauseMs, c.signal).catch(() => undefined)
  }
}
