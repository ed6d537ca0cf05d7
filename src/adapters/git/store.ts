/** Entries as files of git trees: reading them at a commit, and writing a commit with one entry more. */
import { existsSync } from 'node:fs'
import { Failure } from '../../domain/failure.ts'
import { canonical, chainFaults, type Entry, type Json } from '../../domain/ledger.ts'
import { branch } from './place.ts'
import { GitError, type Git } from './process.ts'

/** `damage`: what is wrong with the chain; the entries are those before it. */
export interface Told { readonly id: string; readonly entries: readonly Entry[]; readonly damage?: string }

/** `sessions/<id>/0003-BUILD-DEPLOY.json` */
export const nameOf = (e: Entry): string => `${String(e.seq).padStart(4, '0')}-${e.from}-${e.to}.json`

export type Store = ReturnType<typeof storeIn>

export function storeIn(dir: string, git: Git) {
  const line = async (...args: Parameters<Git>): Promise<string> => (await git(...args)).stdout.toString('utf8').trim()
  const list = async (args: readonly string[]): Promise<readonly string[]> => (await git(args)).stdout.toString('utf8').split('\0').filter(Boolean)
  const damaged = (what: string, words: string, cause?: unknown): Failure => new Failure({ kind: 'harness', code: 'H010', message: `the ledger of ${what} is damaged: ${words}`, remedy: `git --git-dir=${dir} fsck` }, cause)

  const tip = async (): Promise<string | null> => {
    if (!existsSync(dir)) return null
    const { stdout, stderr } = await git(['for-each-ref', '--format=%(objectname)', branch]).catch((error: unknown) => { throw error instanceof GitError ? damaged(dir, 'git cannot read it', error) : error })
    // A branch that cannot be read is only warned about, and would look like a ledger without entries.
    if (stderr !== '') throw damaged(dir, stderr)
    return stdout.toString('utf8').trim() || null
  }

  /** Every session below `prefix` (`sessions/` or one of them), in one reading, each as far as it is whole. */
  const told = async (at: string | null, prefix: string): Promise<readonly Told[]> => {
    if (at === null) return []
    const files = (await list(['ls-tree', '-r', '-z', at, prefix])).flatMap((l) => {
      const [, blob, id, seq] = /^\d+ blob ([0-9a-f]+)\tsessions\/([^/]+)\/(\d+)-[^/]*\.json$/.exec(l) ?? []
      return blob === undefined || id === undefined ? [] : [{ blob, id, seq: Number(seq) }]
    })
    if (files.length === 0) return []
    const texts = blobs((await git(['cat-file', '--batch'], { input: `${files.map((f) => f.blob).join('\n')}\n` })).stdout)
    const sessions = new Map<string, string[]>()
    for (const f of files.map((f, i) => ({ ...f, text: texts[i] ?? '' })).sort((a, b) => a.seq - b.seq)) sessions.set(f.id, [...sessions.get(f.id) ?? [], f.text])
    return [...sessions].map(([id, all]) => whole(id, all)).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  const read = async (session: string, at: string | null): Promise<readonly Entry[]> => {
    const one = (await told(at, `sessions/${session}/`)).find((t) => t.id === session)
    if (one?.damage !== undefined) throw damaged(`session ${session}`, one.damage)
    return one?.entries ?? []
  }

  const children = async (at: string | null, prefix: string): Promise<readonly string[]> =>
    at === null ? [] : (await list(['ls-tree', '-z', at, ...(prefix === '' ? [] : [prefix])])).map((l) => l.replace(`\t${prefix}`, '\t'))
  const nameIn = (child: string): string => child.slice(child.indexOf('\t'))
  /** The tree `old` with some children more, or in the place of others. Trees are written without an index: a killed writer leaves no files. */
  const withChildren = async (old: string | null, prefix: string, more: readonly string[]): Promise<string> => {
    const named = new Set(more.map(nameIn))
    return line(['mktree', '-z'], { input: [...(await children(old, prefix)).filter((c) => !named.has(nameIn(c))), ...more].map((c) => `${c}\0`).join('') })
  }
  const blob = async (text: string): Promise<string> => line(['hash-object', '-w', '--stdin'], { input: text })

  /** The commit after `old` with this entry, and `derived` files at the root beside what is there. No branch moves. */
  const commit = async (entry: Entry, old: string | null, derived: Readonly<Record<string, string>>): Promise<string> => {
    const file = await blob(`${canonical(entry as unknown as Json)}\n`)
    const session = await withChildren(old, `sessions/${entry.session}/`, [`100644 blob ${file}\t${nameOf(entry)}`])
    const sessions = await withChildren(old, 'sessions/', [`040000 tree ${session}\t${entry.session}`])
    const beside = await Promise.all(Object.entries(derived).map(async ([name, text]) => `100644 blob ${await blob(text)}\t${name}`))
    const tree = await withChildren(old, '', [`040000 tree ${sessions}\tsessions`, ...beside])
    return line(['commit-tree', tree, ...(old === null ? [] : ['-p', old]), '-m', `${entry.session}: ${entry.from} → ${entry.to}`])
  }

  return {
    tip, read, commit,
    all: async (at: string | null): Promise<readonly Told[]> => told(at, 'sessions/'),
    names: async (at: string | null): Promise<readonly string[]> => (at === null ? [] : (await list(['ls-tree', '-z', '--name-only', at, 'sessions/'])).map((n) => n.replace('sessions/', '')).sort()),
    /** Compare-and-swap of the branch. */
    move: async (to: string, from: string | null): Promise<void> => { await git(['update-ref', branch, to, from ?? '0'.repeat(40)]) },
    /** Whether `later` is `earlier` or was built on it. */
    follows: async (earlier: string, later: string): Promise<boolean> => git(['merge-base', '--is-ancestor', earlier, later]).then(() => true, (error: unknown) => {
      if (error instanceof GitError && error.code === 1) return false
      throw error instanceof GitError ? damaged(dir, error.words, error) : error
    }),
    has: async (commit: string): Promise<boolean> => git(['cat-file', '-e', `${commit}^{commit}`]).then(() => true, (error: unknown) => { if (error instanceof GitError) return false; throw error }),
  }
}

function whole(id: string, texts: readonly string[]): Told {
  const entries: Entry[] = []
  for (const text of texts) {
    const entry = parsed(text)
    if (entry === null) return upTo(id, entries, 'an entry is no JSON')
    entries.push(entry)
  }
  return upTo(id, entries)
}

function parsed(text: string): Entry | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Entry : null
  } catch { return null }
}

function upTo(id: string, entries: readonly Entry[], after?: string): Told {
  const faults = [...chainFaults(entries, id), ...(after === undefined ? [] : [after])]
  if (faults.length === 0) return { id, entries }
  const good = entries.findIndex((_, i) => chainFaults(entries.slice(0, i + 1), id).length > 0)
  return { id, entries: good < 0 ? entries : entries.slice(0, good), damage: faults.join('; ') }
}

/** The texts of `git cat-file --batch`: `<id> blob <size>`, newline, the bytes, newline. */
function blobs(batch: Buffer): readonly string[] {
  const texts: string[] = []
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(10, at)
    // A blob that is gone is `<id> missing`: no text, and so no entry.
    const size = Number(/ blob (\d+)$/.exec(batch.subarray(at, end).toString('latin1'))?.[1] ?? -1)
    texts.push(size < 0 ? '' : batch.subarray(end + 1, end + 1 + size).toString('utf8'))
    at = end + 1 + (size < 0 ? 0 : size + 1)
  }
  return texts
}
