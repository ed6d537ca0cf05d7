/** What the units of a session say, from their journals on the nodes. */
import { journalRecords } from '../commands/journal.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { Failure } from '../domain/failure.ts'
import { recordLines, type LogLine } from '../domain/log-lines.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { deployedUnitOf } from '../stages/parts/units.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { keyFile, readOnlyWorld, type Context } from './context.ts'
import { readNotes } from './local-notes.ts'
import { planFleet } from './plan-fleet.ts'
import type { StoredSession } from './sessions.ts'

export interface LogsOf {
  /** Null: the session has none yet. */
  readonly plan: Plan | null
  readonly nodes: readonly NodeName[]
  readonly since: number | null
  readonly lines: number
  readonly matches: (text: string) => boolean
  readonly key: KeySource | null
}

export interface NodeLogs {
  readonly lines: readonly LogLine[]
  /** Of nodes that could not be read, why. */
  readonly failed: readonly string[]
  readonly answered: number
}

const mostBytes = 16 << 20

export async function nodeLogs(c: Context, known: StoredSession, wish: LogsOf): Promise<NodeLogs> {
  if (wish.plan === null) return { lines: [], failed: [], answered: 0 }
  const world = await logWorld(c, known, wish.plan, wish)
  try {
    return await journalsOn(c, world, { ...wish, plan: wish.plan })
  } finally {
    void world.close()
  }
}

/** What each journal holds now. */
export async function journalsOn(
  c: Context,
  world: OpenWorld,
  { plan, nodes, ...wish }: LogsOf & { readonly plan: Plan },
): Promise<NodeLogs> {
  const read = await onEachNode(nodes, c.signal, async (name) => {
    const unit = unitOn(plan, name)
    if (unit === null) return []
    const lines: LogLine[] = []
    let unread = 0
    const { code, stderr } = await (
      await world.remote(name)
    ).run(journalRecords({ unit, lines: wish.lines, since: wish.since, follow: false }), {
      timeoutMs: 30_000,
      signal: c.signal,
      maxBytes: mostBytes,
      onLine: (record) => {
        const of = recordLines(name, record)
        if (of === null) unread += record === '' ? 0 : 1
        else lines.push(...of)
      },
    })
    if (code !== 0)
      throw new Failure({
        code: 'I319',
        node: name,
        message: `${name}: the journal cannot be read (exit ${String(code)}): ${stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, plan.fleet),
      })
    if (unread > 0) c.terminal.warn(`${name}: ${unread} records of its journal cannot be read`)
    return lines
  })
  return {
    lines: [...read.done.values()].flat(),
    failed: [...read.failed.values()].map((f) => f.message),
    answered: read.done.size,
  }
}

/** With the key that is named, or that with which the session was started here. */
export async function logWorld(
  c: Context,
  known: StoredSession,
  plan: Plan,
  wish: Pick<LogsOf, 'key'>,
): Promise<OpenWorld> {
  const { key } = await readNotes(c.sessions.folderOf(known.project, known.session.id))
  const named = wish.key ?? keyFile(key)
  return readOnlyWorld(c, await planFleet(c, plan.fleet, { key: named }), named)
}

/** Null: nothing of the session runs there. */
export function unitOn(plan: Plan, name: NodeName): string | null {
  const node = plan.fleet.nodes.find((n) => n.name === name)
  return node === undefined ? null : (deployedUnitOf(plan, node)?.unit.name ?? null)
}
