/** Entries as files of git trees: reading them at a commit, and writing a commit with one entry more. */
import { existsSync } from 'node:fs'
import { quote } from '../../commands/quote.ts'
import { entryShape } from '../../domain/events/check.ts'
import { Failure } from '../../domain/failure.ts'
import { canonical, chainFaults, type Entry } from '../../domain/ledger.ts'
import { fold } from '../../domain/session.ts'
import { blobs, refsIn } from './answers.ts'
import { branch } from './place.ts'
import { GitError, type Git } from './process.ts'
import { stripHidden } from '../../domain/text.ts'

/** `damage`: what is wrong with it, and how to be rid of it; the entries are those before. */
export interface SessionReading {
  readonly id: string
  readonly entries: readonly Entry[]
  readonly damage?: Failure
}

/** `sessions/<id>/0003-BUILD-DEPLOY.json` */
export const nameOf = (e: Entry): string => `${String(e.seq).padStart(4, '0')}-${e.from}-${e.to}.json`

export type Store = ReturnType<typeof storeIn>

/**
 * `home`: the repository that holds the truth, which a person can push to; absent: this is somebody's clone, or a look
 * at one.
 */
export function storeIn(dir: string, git: Git, home?: string) {
  const line = async (...args: Parameters<Git>): Promise<string> => (await git(...args)).stdout.toString('utf8').trim()
  const list = async (args: readonly string[]): Promise<readonly string[]> =>
    (await git(args)).stdout.toString('utf8').split('\0').filter(Boolean)
  const damaged = (what: string, words: string, cause?: unknown, remedy = `git --git-dir=${dir} fsck`): Failure =>
    new Failure({ code: 'H010', message: `the ledger of ${what} is damaged: ${words}`, remedy }, cause)
  /** What a person can do: the branch without the session; its history keeps it. */
  const without = (id: string): string | undefined =>
    home === undefined || !/^[\x20-\x7e]+$/.test(id)
      ? undefined
      : `git clone -q -b vps-test-ledger ${quote(home)} ledger && git -C ledger --literal-pathspecs rm -rq ${quote(`sessions/${id}`)} && git -C ledger commit -qm ${quote(`without ${id}`)} && git -C ledger push -q`

  const tip = async (): Promise<string | null> => {
    if (!existsSync(dir)) return null
    // The pattern is also that of every branch below this one.
    const { stdout, stderr } = await git(['for-each-ref', '--format=%(objectname) %(refname)', branch]).catch(
      (error: unknown) => {
        throw error instanceof GitError ? damaged(dir, 'git cannot read it', error) : error
      },
    )
    // A branch that cannot be read is only warned about, and would look like a ledger without entries.
    if (stderr !== '') throw damaged(dir, stderr)
    return refsIn(stdout).get(branch) ?? null
  }

  /** Every session below `prefix` (`sessions/` or one of them), in one reading, each as far as it is whole. */
  const told = async (at: string | null, prefix: string): Promise<readonly SessionReading[]> =>
    readAll(at, prefix).catch((error: unknown) => {
      // A branch that points to nothing, a tree that is not there.
      throw error instanceof GitError ? damaged(home ?? dir, error.words, error) : error
    })
  let listed: { readonly at: string; readonly lines: Promise<readonly string[]> } | undefined
  /** All files and folders of a commit, which never change: a reading, and a writing after it, ask git once. */
  const listing = (at: string): Promise<readonly string[]> => {
    if (listed?.at === at) return listed.lines
    const lines = list(['ls-tree', '-r', '-t', '-z', at])
    listed = { at, lines }
    // What went wrong once is asked again.
    lines.catch(() => {
      if (listed?.lines === lines) listed = undefined
    })
    return lines
  }
  let whole: { readonly at: string; readonly sessions: readonly SessionReading[] } | undefined
  const all = async (at: string | null): Promise<readonly SessionReading[]> => {
    if (at !== null && whole?.at === at) return whole.sessions
    const sessions = await told(at, 'sessions/')
    if (at !== null) whole = { at, sessions }
    return sessions
  }
  const readAll = async (at: string | null, prefix: string): Promise<readonly SessionReading[]> => {
    if (at === null) return []
    const files = (await listing(at)).flatMap((l) => {
      if (!l.startsWith(prefix, l.indexOf('\t') + 1)) return []
      const [, blob, id, seq] = /^\d+ blob ([0-9a-f]+)\tsessions\/([^/]+)\/(\d+)-[^/]*\.json$/.exec(l) ?? []
      return blob === undefined || id === undefined ? [] : [{ blob, id, seq: Number(seq) }]
    })
    if (files.length === 0) return []
    const texts = blobs(
      (await git(['cat-file', '--batch'], { input: `${files.map((f) => f.blob).join('\n')}\n` })).stdout,
    )
    const sessions = new Map<string, string[]>()
    for (const f of files.map((f, i) => ({ ...f, text: texts[i] ?? '' })).sort((a, b) => a.seq - b.seq))
      sessions.set(f.id, [...(sessions.get(f.id) ?? []), f.text])
    return [...sessions]
      .map(([id, all]): SessionReading => {
        const { entries, fault } = followed(id, all)
        return fault === null
          ? { id, entries }
          : {
              id,
              entries,
              damage: damaged(`session ${stripHidden(id, 100)}`, stripHidden(fault, 1000), undefined, without(id)),
            }
      })
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  const read = async (session: string, at: string | null): Promise<readonly Entry[]> => {
    const known = at !== null && whole?.at === at ? whole.sessions : await told(at, `sessions/${session}/`)
    const one = known.find((t) => t.id === session)
    if (one?.damage !== undefined) throw one.damage
    return one?.entries ?? []
  }

  const children = async (at: string | null, prefix: string): Promise<readonly string[]> =>
    at === null
      ? []
      : (await listing(at)).flatMap((l) => {
          const path = l.indexOf('\t') + 1
          const name = l.slice(path + prefix.length)
          return l.startsWith(prefix, path) && !name.includes('/') ? [l.slice(0, path) + name] : []
        })
  const nameIn = (child: string): string => child.slice(child.indexOf('\t'))
  /**
   * The tree `old` with some children more, or in the place of others. Trees are written without an index: a killed
   * writer leaves no files.
   */
  const withChildren = async (old: string | null, prefix: string, more: readonly string[]): Promise<string> => {
    const named = new Set(more.map(nameIn))
    return line(['mktree', '-z'], {
      input: [...(await children(old, prefix)).filter((c) => !named.has(nameIn(c))), ...more]
        .map((c) => `${c}\0`)
        .join(''),
    })
  }
  const blob = async (text: string): Promise<string> => line(['hash-object', '-w', '--stdin'], { input: text })

  /** The commit after `old` with this entry, and `derived` files at the root beside what is there. No branch moves. */
  const commit = async (
    entry: Entry,
    old: string | null,
    derived: Readonly<Record<string, string>>,
  ): Promise<string> => {
    const file = await blob(`${canonical(entry)}\n`)
    const session = await withChildren(old, `sessions/${entry.session}/`, [`100644 blob ${file}\t${nameOf(entry)}`])
    const sessions = await withChildren(old, 'sessions/', [`040000 tree ${session}\t${entry.session}`])
    const beside = await Promise.all(
      Object.entries(derived).map(async ([name, text]) => `100644 blob ${await blob(text)}\t${name}`),
    )
    const tree = await withChildren(old, '', [`040000 tree ${sessions}\tsessions`, ...beside])
    return line([
      'commit-tree',
      tree,
      ...(old === null ? [] : ['-p', old]),
      '-m',
      `${entry.session}: ${entry.from} → ${entry.to}`,
    ])
  }

  return {
    tip,
    read,
    commit,
    all,
    names: async (at: string | null): Promise<readonly string[]> =>
      at === null
        ? []
        : (
            await children(at, 'sessions/').catch((error: unknown) => {
              throw error instanceof GitError ? damaged(home ?? dir, error.words, error) : error
            })
          )
            .map((l) => l.slice(l.indexOf('\t') + 1))
            .sort(),
    /** Compare-and-swap of the branch. */
    move: async (to: string, from: string | null): Promise<void> => {
      await git(['update-ref', branch, to, from ?? '0'.repeat(40)])
    },
    /** Whether `later` is `earlier` or was built on it. */
    follows: async (earlier: string, later: string): Promise<boolean> =>
      git(['merge-base', '--is-ancestor', earlier, later]).then(
        () => true,
        (error: unknown) => {
          if (error instanceof GitError && error.code === 1) return false
          throw error instanceof GitError ? damaged(dir, error.words, error) : error
        },
      ),
    has: async (commit: string): Promise<boolean> =>
      git(['cat-file', '-e', `${commit}^{commit}`]).then(
        () => true,
        (error: unknown) => {
          if (error instanceof GitError) return false
          throw error
        },
      ),
  }
}

interface Followed {
  readonly entries: readonly Entry[]
  readonly fault: string | null
}

/**
 * The entries as far as they are whole. Texts are anybody's: nothing that is wrong with one session may keep another
 * from being read.
 */
function followed(id: string, texts: readonly string[]): Followed {
  const entries: Entry[] = []
  try {
    for (const text of texts) {
      const value = parsed(text)
      const fault = value === undefined ? ' is no JSON' : entryShape(value)
      if (fault !== null) return upTo(id, entries, `entry ${entries.length}${fault}`)
      entries.push(value as Entry)
    }
    return upTo(id, entries)
  } catch (error) {
    return { entries: [], fault: `it cannot be followed: ${error instanceof Error ? error.message : 'it throws'}` }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function upTo(id: string, entries: readonly Entry[], after?: string): Followed {
  const faults = [...chainFaults(entries, id), ...(after === undefined ? [] : [after])]
  if (faults.length === 0) {
    fold(id, entries)
    return { entries, fault: null }
  }
  const good = entries.findIndex((_, i) => chainFaults(entries.slice(0, i + 1), id).length > 0)
  return { entries: good < 0 ? entries : entries.slice(0, good), fault: faults.join('; ') }
}
