/** The ledger on a branch of a bare git repository: one commit and one file per transition, appended by compare-and-swap. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { Failure } from '../domain/failure.ts'
import { canonical, chainFaults, genesis, type Entry, type Json } from '../domain/ledger.ts'
import type { Ledger } from '../ports.ts'

const branch = 'refs/heads/vps-test-ledger'
const nobody = { GIT_AUTHOR_NAME: 'vps-test', GIT_AUTHOR_EMAIL: 'vps-test@lab.invalid', GIT_COMMITTER_NAME: 'vps-test', GIT_COMMITTER_EMAIL: 'vps-test@lab.invalid' }
/** Whatever git variables and settings surround us (a hook's, a person's templates and signing) are not this repository's. */
const surroundings = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
const env = { ...surroundings, ...nobody, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' }
/** A transition is on the disk before the next action; other writers are waited for. */
const settings = ['-c', 'core.fsync=all', '-c', 'core.filesRefLockTimeout=2000']
const timeout = 30_000
/** git holds the branch's lock file for milliseconds. A killed git leaves it for ever, so one that is older belongs to nobody. */
const staleLockMs = 10_000

/** `sessions/<id>/0003-BUILD-DEPLOY.json` */
const nameOf = (e: Entry): string => `${String(e.seq).padStart(4, '0')}-${e.from}-${e.to}.json`
const usable = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** The ledger in the bare repository `dir`. Reading creates nothing: a missing repository is an empty ledger. */
export async function openGitLedger(dir: string): Promise<Ledger> {
  const git = async (args: readonly string[], input?: string): Promise<Buffer> => {
    const { stdout } = await execa('git', [`--git-dir=${dir}`, ...settings, ...args], {
      env, extendEnv: false, encoding: 'buffer', timeout, maxBuffer: 256 << 20, ...(input === undefined ? {} : { input }),
    })
    return Buffer.from(stdout)
  }
  const line = async (...args: Parameters<typeof git>): Promise<string> => (await git(...args)).toString('utf8').trim()

  const damaged = (what: string, words: string, cause?: unknown): Failure => new Failure({ kind: 'harness', code: 'H010', message: `the ledger of ${what} is damaged: ${words}`, remedy: `git --git-dir=${dir} fsck` }, cause)

  const tip = async (): Promise<string | null> => {
    if (!existsSync(dir)) return null
    const { stdout, stderr } = await execa('git', [`--git-dir=${dir}`, 'for-each-ref', '--format=%(objectname)', branch], { env, extendEnv: false, timeout }).catch((error: unknown) => { throw damaged(dir, 'git cannot read it', error) })
    // A branch that cannot be read is only warned about, and would look like a ledger without entries.
    if (stderr !== '') throw damaged(dir, stderr)
    return stdout.trim() || null
  }

  const read = async (session: string, at: string | null): Promise<readonly Entry[]> => {
    if (at === null) return []
    const ids = (await git(['ls-tree', '-z', at, `sessions/${session}/`])).toString('utf8').split('\0').flatMap((l) => {
      const [, id, seq] = /^\d+ blob ([0-9a-f]+)\t.*\/(\d+)-[^/]*\.json$/.exec(l) ?? []
      return id === undefined ? [] : [{ id, seq: Number(seq) }]
    }).sort((a, b) => a.seq - b.seq).map((e) => e.id)
    if (ids.length === 0) return []
    const entries = parse(await git(['cat-file', '--batch'], `${ids.join('\n')}\n`), (error) => damaged(`session ${session}`, 'an entry is no JSON', error))
    const faults = chainFaults(entries, session)
    if (faults.length > 0) throw damaged(`session ${session}`, faults.join('; '))
    return entries
  }

  const children = async (at: string | null, prefix: string): Promise<readonly string[]> =>
    at === null ? [] : (await git(['ls-tree', '-z', at, ...(prefix === '' ? [] : [prefix])])).toString('utf8').split('\0').filter(Boolean).map((l) => l.replace(`\t${prefix}`, '\t'))
  /** The tree `old` with one child more, or another in its place. Trees are written without an index: a killed writer leaves no files. */
  const withChild = async (old: string | null, prefix: string, child: string): Promise<string> => {
    const name = child.slice(child.indexOf('\t'))
    return line(['mktree', '-z'], [...(await children(old, prefix)).filter((c) => !c.endsWith(name)), child].map((c) => `${c}\0`).join(''))
  }

  const write = async (entry: Entry, old: string | null): Promise<void> => {
    const blob = await line(['hash-object', '-w', '--stdin'], `${canonical(entry as unknown as Json)}\n`)
    const session = await withChild(old, `sessions/${entry.session}/`, `100644 blob ${blob}\t${nameOf(entry)}`)
    const sessions = await withChild(old, 'sessions/', `040000 tree ${session}\t${entry.session}`)
    const tree = await withChild(old, '', `040000 tree ${sessions}\tsessions`)
    const commit = await line(['commit-tree', tree, ...(old === null ? [] : ['-p', old]), '-m', `${entry.session}: ${entry.from} → ${entry.to}`])
    await git(['update-ref', branch, commit, old ?? '0'.repeat(40)])
  }

  return {
    sessions: async () => {
      const at = await tip()
      if (at === null) return []
      return (await git(['ls-tree', '-z', '--name-only', at, 'sessions/'])).toString('utf8').split('\0').filter(Boolean).map((n) => n.replace('sessions/', '')).sort()
    },
    read: async (session) => read(session, await tip()),
    append: async (session, entry) => {
      await create(dir)
      for (let round = 0; round < 20; round++) {
        const old = await tip()
        const before = await read(session, old)
        const last = before.at(-1)
        if ((last?.hash ?? genesis) !== entry.prev) throw new Failure({ kind: 'busy', code: 'B001', message: `another writer moved session ${session} to ${last?.to ?? 'its start'} first`, remedy: 'vps-test status' })
        const faults = [...chainFaults([...before, entry], session), ...[session, nameOf(entry)].filter((n) => !usable.test(n)).map((n) => `${JSON.stringify(n)} is no name`)]
        if (faults.length > 0) throw new Failure({ kind: 'harness', code: 'H012', message: `refused to damage the ledger of session ${session}: ${faults.join('; ')}` })
        try { await write(entry, old); return } catch (error) {
          if ((await tip()) === old && !(await locked(dir))) throw new Failure({ kind: 'harness', code: 'H011', message: `cannot write the ledger in ${dir}`, remedy: `ls -ld ${dir}` }, error)
        }
      }
      throw new Failure({ kind: 'busy', code: 'B002', message: `the ledger in ${dir} is written too often by others`, remedy: 'vps-test status' })
    },
  }
}

/** Made beside and moved into place, so that two first runs at once, or a killed one, leave one whole repository. */
async function create(dir: string): Promise<void> {
  if (existsSync(join(dir, 'HEAD'))) return
  await mkdir(dirname(dir), { recursive: true })
  const fresh = await mkdtemp(`${dir}.new-`)
  try {
    await execa('git', ['init', '-q', '--bare', '--template=', fresh], { env, extendEnv: false, timeout })
    await rename(fresh, dir).catch((error: unknown) => { if (!existsSync(join(dir, 'HEAD'))) throw new Failure({ kind: 'harness', code: 'H011', message: `cannot write the ledger in ${dir}`, remedy: `ls -ld ${dir}` }, error) })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
}

/** True while another writer may hold the branch, or when a dead one's lock has just been taken away: try again. */
async function locked(dir: string): Promise<boolean> {
  const lock = join(dir, `${branch}.lock`)
  const seen = await stat(lock).catch(() => undefined)
  if (seen === undefined) return false
  if (Date.now() - seen.mtimeMs < staleLockMs) return true
  const aside = `${lock}.${seen.ino}-${process.pid}`
  // Of two that find it, one moves it away; a lock that came since is not the one that was seen.
  await rename(lock, aside).catch(() => undefined)
  const moved = await stat(aside).catch(() => undefined)
  if (moved !== undefined && moved.ino !== seen.ino) await rename(aside, lock)
  await rm(aside, { force: true })
  return true
}

/** The blobs of `git cat-file --batch`: `<id> blob <size>`, newline, the bytes, newline. */
function parse(batch: Buffer, damaged: (error: unknown) => Failure): readonly Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(10, at)
    const size = Number(/ blob (\d+)$/.exec(batch.subarray(at, end).toString('latin1'))?.[1])
    try {
      entries.push(JSON.parse(batch.subarray(end + 1, end + 1 + size).toString('utf8')) as Entry)
    } catch (error) { throw damaged(error) }
    at = end + 1 + size + 1
  }
  return entries
}
