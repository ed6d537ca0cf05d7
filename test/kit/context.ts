/** Surroundings of a verb without a terminal, a forge, or a way to a person. */
import { join } from 'node:path'
import type { Entry } from '../../src/domain/ledger.ts'
import type { Context } from '../../src/app/context.ts'
import type { SessionStore } from '../../src/app/sessions.ts'
import { runWriter } from './session.ts'

export interface QuietContext {
  readonly dir: string
  readonly sessions: SessionStore
  /** Gets whatever is told to the person, results and messages alike. */
  readonly say: (text: string) => void
  readonly now: () => number
}

export const quietContext = ({ dir, sessions, say, now }: QuietContext): Context => ({
  terminal: {
    info: say,
    warn: say,
    print: say,
    progress: () => undefined,
    interactive: false,
    columns: () => null,
    stripe: (_, text) => text,
    palette: { good: String, bad: String, warn: String, dim: String },
  },
  signal: AbortSignal.timeout(60_000),
  root: dir,
  cwd: dir,
  sessions,
  notify: async () => [],
  notifySecrets: [],
  scratch: dir,
  cacheDir: dir,
  probe: null,
  delayHelper: null,
  who: 'me',
  writer: runWriter('1'),
  clock: { now, monotonic: now, sleep: async () => undefined },
  clockShift: 0,
  version: '0',
  forge: null,
})

/** Ledgers of a machine, in memory: by project, the sessions and their entries; what is appended is there for the next look. */
export function memorySessions(
  dir: string,
  projects: Readonly<Record<string, Readonly<Record<string, readonly Entry[]>>>>,
): SessionStore {
  const ledgers = Object.entries(projects).map(([project, sessions]) => {
    const kept = new Map(Object.entries(sessions))
    const all = () => [...kept].map(([id, entries]) => ({ id, entries }))
    return {
      project,
      ledger: {
        sessions: async () => [...kept.keys()],
        read: async (id: string) => kept.get(id) ?? [],
        all: async () => all(),
        told: async () => all(),
        append: async (id: string, entry: Entry) => void kept.set(id, [...(kept.get(id) ?? []), entry]),
      },
    }
  })
  return {
    ledgerOf: async (project) => {
      const found = ledgers.find((l) => l.project === project)
      if (found === undefined) throw new Error(`no ledger of ${project}`)
      return found.ledger
    },
    ledgers: async (project) => ledgers.filter((l) => project === undefined || l.project === project),
    folderOf: (project, session) => join(dir, project, 'sessions', session),
    anchorFlag: () => '',
  }
}
