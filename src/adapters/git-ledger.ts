/** The ledger on a branch of a bare git repository: one commit and one file per transition, appended by compare-and-swap. */
import { mkdir } from 'node:fs/promises'
import { execa } from 'execa'
import { Failure } from '../domain/failure.ts'
import { canonical, chainFaults, type Entry, type Json } from '../domain/ledger.ts'
import type { Ledger } from '../ports.ts'

const branch = 'refs/heads/vps-test-ledger'
const nobody = { GIT_AUTHOR_NAME: 'vps-test', GIT_AUTHOR_EMAIL: 'vps-test@lab.invalid', GIT_COMMITTER_NAME: 'vps-test', GIT_COMMITTER_EMAIL: 'vps-test@lab.invalid' }

/** `sessions/<id>/0003-BUILD-DEPLOY.json` */
const pathOf = (e: Entry): string => `sessions/${e.session}/${String(e.seq).padStart(4, '0')}-${e.from}-${e.to}.json`

/** Opens (and creates) the ledger in the bare repository `dir`. */
export async function openGitLedger(dir: string): Promise<Ledger> {
  const git = async (args: readonly string[], input?: string, env: Record<string, string> = {}): Promise<string> => {
    const { stdout } = await execa('git', [`--git-dir=${dir}`, ...args], { env: { ...nobody, ...env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }, timeout: 30_000, maxBuffer: 256 << 20, ...(input === undefined ? {} : { input }) })
    return stdout
  }
  await mkdir(dir, { recursive: true })
  await execa('git', ['init', '-q', '--bare', dir], { timeout: 30_000 })
  const tip = async (): Promise<string | null> => (await git(['for-each-ref', '--format=%(objectname)', branch])).trim() || null

  const read = async (session: string, at: string | null): Promise<readonly Entry[]> => {
    if (at === null) return []
    const names = (await git(['ls-tree', '-z', '--name-only', at, `sessions/${session}/`])).split('\0').filter((n) => n.endsWith('.json')).sort()
    const texts = await Promise.all(names.map((n) => git(['cat-file', 'blob', `${at}:${n}`])))
    const entries = texts.map((t) => JSON.parse(t) as Entry)
    const faults = chainFaults(entries)
    if (faults.length > 0) throw new Failure({ kind: 'harness', code: 'H010', message: `the ledger of session ${session} is damaged: ${faults.join('; ')}`, remedy: `git --git-dir=${dir} log ${branch} -- sessions/${session}` })
    return entries
  }

  const write = async (entry: Entry, old: string | null): Promise<void> => {
    const blob = (await git(['hash-object', '-w', '--stdin'], `${canonical(entry as unknown as Json)}\n`)).trim()
    const index = `${dir}/vps-test-index-${process.pid}-${entry.hash.slice(0, 12)}`
    const env = { GIT_INDEX_FILE: index }
    await git(['read-tree', ...(old === null ? ['--empty'] : [old])], undefined, env)
    await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${pathOf(entry)}`], undefined, env)
    const tree = (await git(['write-tree'], undefined, env)).trim()
    await execa('rm', ['-f', index], { timeout: 10_000 })
    const commit = (await git(['commit-tree', tree, ...(old === null ? [] : ['-p', old]), '-m', `${entry.session}: ${entry.from} → ${entry.to}`])).trim()
    await git(['update-ref', branch, commit, old ?? '0'.repeat(40)])
  }

  return {
    sessions: async () => {
      const at = await tip()
      if (at === null) return []
      return (await git(['ls-tree', '-z', '--name-only', at, 'sessions/'])).split('\0').filter(Boolean).map((n) => n.replace('sessions/', '')).sort()
    },
    read: async (session) => read(session, await tip()),
    append: async (session, entry) => {
      for (let round = 0; round < 20; round++) {
        const old = await tip()
        const last = (await read(session, old)).at(-1)
        if ((last?.hash ?? '0'.repeat(64)) !== entry.prev) throw new Failure({ kind: 'busy', code: 'B001', message: `another writer moved session ${session} to ${last?.to ?? 'its start'} first`, remedy: 'vps-test status' })
        try { await write(entry, old); return } catch (error) {
          if ((await tip()) === old) throw new Failure({ kind: 'harness', code: 'H011', message: `cannot write the ledger in ${dir}`, remedy: `ls -ld ${dir}` }, error)
        }
      }
      throw new Failure({ kind: 'busy', code: 'B002', message: `the ledger in ${dir} is written too often by others`, remedy: 'vps-test status' })
    },
  }
}
