/**
 * Where sessions are written: one ledger per project below a directory of this machine, or one branch of a repository.
 */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openGitLedger, type Derive, type GitLedger } from '../adapters/git-ledger.ts'
import { quote } from '../commands/quote.ts'
import type { Failure } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import { fold, type Session } from '../domain/session.ts'
import type { Ledger } from '../ports.ts'
import { dashboard } from '../report/dashboard.ts'
import { projectOf } from '../domain/events/readers.ts'

export interface SessionStore {
  ledgerOf(project: string): Promise<Ledger>
  /**
   * Every ledger, or those that may hold a session of this project; with the project that all of it is of, where that
   * is so.
   */
  ledgers(project?: string): Promise<readonly { readonly ledger: GitLedger; readonly project: string | null }[]>
  /** A session's own folder on this machine. */
  folderOf(project: string, session: string): string
  /** Words for `verify` that name this ledger. */
  anchorFlag(project: string): string
  /** Written by whoever can push there: what a plan in it names is not this person's word. */
  readonly remote?: true
}

/** A session with its ledger. */
export interface StoredSession {
  readonly project: string
  readonly ledger: Ledger
  readonly session: Session
  readonly entries: readonly Entry[]
}

/** A session that is not what it was written as: nothing is done with it before a person has taken it away. */
export interface DamagedSession {
  readonly project: string
  readonly id: string
  readonly fault: Failure
}

const derive: Derive = (sessions) =>
  dashboard(
    sessions.filter((s) => s.damage === undefined).map(({ id, entries }) => ({ session: fold(id, entries), entries })),
    sessions.flatMap(({ id, damage }) => (damage === undefined ? [] : [{ id, why: damage.message }])),
  )

/** `<dir>/<project>/ledger.git` and `<dir>/<project>/sessions/<id>/`. */
export const localSessions = (dir: string): SessionStore => ({
  ledgerOf: (project) => openGitLedger(join(dir, project, 'ledger.git')),
  ledgers: async (project) => {
    const projects = (await readdir(dir, { withFileTypes: true }).catch(() => [])).filter(
      (d) => d.isDirectory() && !d.name.startsWith('_') && (project === undefined || d.name === project),
    )
    return Promise.all(
      projects.map(async ({ name }) => ({ ledger: await openGitLedger(join(dir, name, 'ledger.git')), project: name })),
    )
  },
  folderOf: (project, session) => join(dir, project, 'sessions', session),
  anchorFlag: (project) => `--ledger ${quote(join(dir, project, 'ledger.git'))}`,
})

export interface RemoteSessions {
  readonly url: string
  /** Of an HTTP request; null: none is needed. */
  readonly authorization: string | null
  /** What must never be written into the ledger. */
  readonly secrets: readonly string[]
  /** For the local copy of the branch and for sessions' folders. */
  readonly dir: string
  readonly signal: AbortSignal
}

/** The branch vps-test-ledger of a repository, with its page. */
export function remoteSessions({ url, authorization, secrets, dir, signal }: RemoteSessions): SessionStore {
  const copy = join(dir, '_remotes', `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`)
  const ledger = (): Promise<GitLedger> =>
    openGitLedger(copy, {
      remote: { url, ...(authorization === null ? {} : { authorization }) },
      derive,
      secrets,
      signal,
    })
  return {
    ledgerOf: ledger,
    ledgers: async () => [{ ledger: await ledger(), project: null }],
    folderOf: (project, session) => join(dir, project, 'sessions', session),
    remote: true,
    anchorFlag: () => `--remote ${quote(url)}`,
  }
}

/** In one look: the whole ones, newest change first, and the damaged ones. */
export async function sessionsIn(
  home: SessionStore,
  project?: string,
): Promise<{ readonly whole: readonly StoredSession[]; readonly damaged: readonly DamagedSession[] }> {
  const all = (
    await Promise.all(
      (await home.ledgers(project)).map(async ({ ledger, project: own }) =>
        (await ledger.told()).map((told) => ({ ...told, ledger, project: own ?? projectOf(told.entries) ?? '' })),
      ),
    )
  )
    .flat()
    .filter((k) => project === undefined || k.project === project)
  return {
    whole: all
      .filter((t) => t.damage === undefined)
      .map(({ id, entries, project: of, ledger }) => ({ project: of, ledger, entries, session: fold(id, entries) }))
      .sort((a, b) => b.session.changedAt - a.session.changedAt),
    damaged: all.flatMap(({ id, project: of, damage }) =>
      damage === undefined ? [] : [{ project: of, id, fault: damage }],
    ),
  }
}

/** The whole ones, newest change first. */
export const storedSessions = async (home: SessionStore, project?: string): Promise<readonly StoredSession[]> =>
  (await sessionsIn(home, project)).whole

/** One session by its id; undefined where no ledger holds it. */
export async function storedSession(home: SessionStore, id: string): Promise<StoredSession | undefined> {
  for (const { ledger, project } of await home.ledgers()) {
    const entries = await ledger.read(id)
    if (entries.length > 0)
      return { project: project ?? projectOf(entries) ?? '', ledger, entries, session: fold(id, entries) }
  }
  return undefined
}
