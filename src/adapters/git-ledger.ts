/**
 * The ledger on a branch of a git repository, here or remote: one commit and one file per transition, appended by
 * compare-and-swap.
 */
import { listSessions } from '../commands/remedies.ts'
import { checkEntryShift } from '../domain/clock-shift.ts'
import { entryShape } from '../domain/events/check.ts'
import { Failure } from '../domain/failure.ts'
import { chainFaults, genesis, type Entry } from '../domain/ledger.ts'
import { secretFaults } from '../domain/secrets.ts'
import type { Ledger } from '../ports.ts'
import { create, locked, unwritable } from './git/place.ts'
import { GitError, gitIn } from './git/process.ts'
import { checkRemote, partsOf, pause, remoteOf, type RemoteOptions } from './git/remote.ts'
import { wasLocked } from './git/refusal.ts'
import { nameOf, storeIn, type SessionReading } from './git/store.ts'

/** Files for people and other programs, made from all entries: name at the root of the branch → text. */
export type Derive = (sessions: readonly SessionReading[]) => Readonly<Record<string, string>>

export interface LedgerOptions {
  /** The branch of this repository is the truth; `dir` is a cache of it. */
  readonly remote?: RemoteOptions
  /** Written with each entry, in the same commit. */
  readonly derive?: Derive
  /** Never to stand in an entry. */
  readonly secrets?: readonly string[]
  readonly signal?: AbortSignal
}

/** `told`: every session in one reading, a damaged one as far as it is whole; `all` has only those that are. */
export interface GitLedger extends Ledger {
  told(): Promise<readonly SessionReading[]>
}

interface Truth {
  tip(): Promise<string | null>
  publish(commit: string, old: string | null): Promise<boolean>
}

const rounds = 20
/** No answer at all is not asked for as often as a race is run. */
const deadlineMs = 180_000
const usable = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/**
 * The ledger in the bare repository `dir`, or the remote one that it caches. Reading a local one creates nothing: a
 * missing repository is an empty ledger.
 */
export async function openGitLedger(dir: string, options: LedgerOptions = {}): Promise<GitLedger> {
  const { remote, signal, derive } = options
  if (remote !== undefined) checkRemote(remote)
  const hidden = partsOf(remote?.authorization)
  const git = gitIn(dir, hidden, signal)
  const store = storeIn(dir, git, remote?.url ?? dir)
  const truth: Truth = remote === undefined ? localTruth(dir, store) : remoteOf(dir, git, store, remote, signal)
  const secrets = [...(options.secrets ?? []), ...hidden]

  const derived = async (entry: Entry, old: string | null): Promise<Readonly<Record<string, string>>> => {
    if (derive === undefined) return {}
    const all = await store.all(old)
    const mine = { id: entry.session, entries: [...(all.find((t) => t.id === entry.session)?.entries ?? []), entry] }
    const after = [...all.filter((t) => t.id !== entry.session), mine].sort((a, b) => (a.id < b.id ? -1 : 1))
    const wrong = (words: string, cause?: unknown): Failure =>
      new Failure(
        {
          code: 'H014',
          message: `the files beside the ledger of session ${entry.session} cannot be made, so nothing was written: ${words}`,
        },
        cause,
      )
    let files: Readonly<Record<string, string>>
    try {
      files = derive(after)
    } catch (error) {
      throw wrong(error instanceof Error ? error.message : 'derive threw', error)
    }
    const odd = Object.keys(files).filter((name) => !usable.test(name) || name === 'sessions')
    if (odd.length > 0) throw wrong(`${odd.map((name) => JSON.stringify(name)).join(', ')} is no name`)
    return files
  }

  const append = async (session: string, entry: Entry): Promise<void> => {
    await create(dir)
    const until = performance.now() + deadlineMs
    for (let round = 0; round < rounds && performance.now() < until; round++) {
      const old = await truth.tip()
      // Where files are made of all sessions, they are read once.
      if (derive !== undefined) await store.all(old)
      const before = await store.read(session, old)
      const last = before.at(-1)
      if ((last?.hash ?? genesis) !== entry.prev)
        throw new Failure({
          code: 'B001',
          message: `another writer moved session ${session} to ${last?.to ?? 'its start'} first`,
          remedy: listSessions(remote?.url),
        })
      const shape = entryShape(entry)
      const faults = [
        ...chainFaults([...before, entry], session),
        ...(shape === null ? [] : [`the entry${shape}`]),
        ...[session, nameOf(entry)].filter((n) => !usable.test(n)).map((n) => `${JSON.stringify(n)} is no name`),
      ]
      if (faults.length > 0)
        throw new Failure({
          code: 'H012',
          message: `refused to damage the ledger of session ${session}: ${faults.join('; ')}`,
        })
      // Here every writer comes by, whatever it writes.
      checkEntryShift(before, entry)
      const files = await derived(entry, old)
      const commit = await store.commit(entry, old, files).catch((error: unknown) => {
        throw error instanceof GitError ? unwritable(dir, error) : error
      })
      if (await truth.publish(commit, old)) return
      if (remote !== undefined) await pause(round, signal)
    }
    throw new Failure({
      code: 'B002',
      message: `the ledger in ${remote?.url ?? dir} is written too often by others`,
      remedy: listSessions(remote?.url),
    })
  }

  return {
    sessions: async () => store.names(await truth.tip()),
    read: async (session) => store.read(session, await truth.tip()),
    all: async () => (await store.all(await truth.tip())).filter((t) => t.damage === undefined),
    told: async () => store.all(await truth.tip()),
    append: async (session, entry) => {
      const secret = secretFaults(entry, secrets)
      if (secret.length > 0)
        throw new Failure({
          code: 'H015',
          message: `refused to write a secret into the ledger: ${secret.join('; ')}`,
        })
      await append(session, entry)
    },
  }
}

function localTruth(dir: string, store: ReturnType<typeof storeIn>): Truth {
  return {
    tip: store.tip,
    publish: async (commit, old) => {
      try {
        await store.move(commit, old)
        return true
      } catch (error) {
        // The lock that was in git's way may be gone by now, and its owner's move not begun: git's own words count too.
        const inTheWay = (await locked(dir)) || wasLocked(error)
        if ((await store.tip()) === old && !inTheWay) throw unwritable(dir, error)
        return false
      }
    },
  }
}
