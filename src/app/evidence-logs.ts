/** Journals that a session's evidence holds on this machine, of its newest test that kept any. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { evidenceLines, type LogLine } from '../domain/log-lines.ts'
import type { Context } from './context.ts'
import type { LogsOf } from './node-logs.ts'
import type { StoredSession } from './sessions.ts'

/** Null: there are none. */
export async function evidenceLogs(
  c: Context,
  { project, session }: StoredSession,
  { nodes, since, lines: most }: LogsOf,
): Promise<{ readonly test: string; readonly lines: readonly LogLine[] } | null> {
  const folder = c.sessions.folderOf(project, session.id)
  const tests = (await readdir(folder).catch(() => []))
    .filter((name) => /^test-\d{1,6}$/.test(name))
    .toSorted((a, b) => Number(b.slice(5)) - Number(a.slice(5)))
  for (const test of tests) {
    const logs = join(folder, test, 'evidence', 'logs')
    const kept: readonly string[] = await readdir(logs).catch(() => [])
    const read = await Promise.all(
      nodes
        .filter((n) => kept.includes(`${n}.log`))
        .map(async (n) => evidenceLines(n, await readFile(join(logs, `${n}.log`), 'utf8')).slice(-most)),
    )
    if (read.length > 0) return { test, lines: read.flat().filter((l) => since === null || l.at >= since) }
  }
  return null
}
