/** What this machine holds of sessions, builds and ledgers, and which of it is in use: read, never changed. */
import { join } from 'node:path'
import { foldersIn, weightOf } from '../adapters/disk.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { ledgerGoes, type Garbage, type GarbageKind } from '../domain/garbage.ts'
import { isFinal } from '../domain/states.ts'
import type { Context } from './context.ts'
import { readNotes } from './local-notes.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'

export interface OnThisMachine {
  readonly found: readonly Garbage[]
  /** A session that lives, by project. */
  readonly alive: ReadonlyMap<string, string>
  /** Where what goes lies until it is gone; of the home and of the cache, which may be two disks. */
  readonly bins: readonly string[]
}

/** Below the home: `_` stands before what is no project. */
export const homeOf = (c: Context): string => join(c.scratch, '..')
const binIn = (dir: string): string => join(dir, '_gc')

export async function lookHere(c: Context, before: number): Promise<OnThisMachine> {
  const home = homeOf(c)
  const { whole, damaged } = await sessionsIn(c.sessions)
  const living = whole.filter((k) => !isFinal(k.session.state))
  const alive = new Map(living.map((k) => [k.project, k.session.id]))
  const used = new Set(living.flatMap(reused))
  const found: Garbage[] = []
  const add = async (kind: GarbageKind, path: string, project: string | null, at?: number): Promise<void> => {
    const weight = await weightOf(path, c.signal)
    if (weight !== null) found.push({ kind, path, project, bytes: weight.bytes, at: at ?? weight.at })
  }
  for (const { project, session } of whole.filter((k) => isFinal(k.session.state) && !used.has(k.session.id))) {
    const folder = c.sessions.folderOf(project, session.id)
    if ((await readNotes(folder)).stopping === true) continue
    if (session.changedAt < before) await add('evidence', folder, project, session.changedAt)
    else
      for (const name of (await foldersIn(folder)).filter((n) => n === 'tree' || /^fix-\d+$/.test(n)))
        await add('fix', join(folder, name), project)
  }
  for (const [project, all] of Map.groupBy(whole, (k) => k.project)) {
    const sessions = all.map(({ session: s }) => ({ id: s.id, ended: isFinal(s.state), changedAt: s.changedAt }))
    const broken = damaged.filter((d) => d.project === project).length
    if (ledgerGoes(sessions, broken, before))
      await add('ledger', join(home, project, 'ledger.git'), project, Math.max(...sessions.map((s) => s.changedAt)))
  }
  for (const name of await foldersIn(join(home, '_remotes'))) await add('copy', join(home, '_remotes', name), null)
  for (const kind of ['sandbox', 'sandbox-tests', 'fetched'])
    for (const project of await foldersIn(join(c.cacheDir, kind)))
      await add('build', join(c.cacheDir, kind, project), project)
  for (const sha of await foldersIn(join(c.cacheDir, 'binaries')))
    await add('binary', join(c.cacheDir, 'binaries', sha), null)
  const bins = [binIn(home), binIn(c.cacheDir)]
  for (const bin of bins) await add('cut-off', bin, null, 0)
  return { found, alive, bins }
}

/** The folder of an earlier session holds the program that this one tests again. */
function reused({ entries }: StoredSession): readonly string[] {
  const source = entries.findLast(hasPlan)?.facts.plan.source
  return source?.kind === 'session' ? [source.session] : []
}
