/**
 * What tests of the ledger share: entries, the branch as somebody with the repository in his hands sees it, writers in
 * processes of their own.
 */
import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { blobs } from '../../src/adapters/git/answers.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { entryAfter, foreignEntry } from '../kit/session.ts'

export const branch = 'refs/heads/vps-test-ledger'
export const git = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', [`--git-dir=${dir}`, '-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
export const beginFacts = entryAfter([], 'begin').facts
/** One that the ledger takes; the session's state is nothing to it. */
export const entry = (before: readonly Entry[], session = 's', why = 'because'): Entry =>
  foreignEntry(before, { session, at: 5, why, facts: { ...beginFacts, z: 1, a: ['é'] } })
export const failureOf = async (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => {
      if (error instanceof Failure) return error
      throw error
    },
  )
export const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? error.facts.code : String(error)),
  )

/** Rewrites the files of the branch, with a history of its own. */
export function tamper(dir: string, change: (files: Map<string, string>) => void): void {
  const names = git(dir, 'ls-tree', '-r', '--name-only', branch).trim().split('\n')
  const batch = execFileSync('git', [`--git-dir=${dir}`, 'cat-file', '--batch'], {
    input: names.map((n) => `${branch}:${n}\n`).join(''),
    timeout: 60_000,
  })
  const texts = blobs(batch)
  const files = new Map(names.map((n, i) => [n, texts[i] ?? '']))
  change(files)
  const stream = [...files]
    .map(([name, text]) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`)
    .join('')
  execFileSync('git', [`--git-dir=${dir}`, 'fast-import', '--quiet', '--force'], {
    input: `commit ${branch}\ncommitter t <t@t.invalid> 1 +0000\ndata 0\n\ndeleteall\n${stream}`,
    timeout: 60_000,
  })
}

export interface Writer {
  go(): void
  readonly ready: Promise<void>
  readonly over: Promise<readonly string[]>
  kill(): void
}
/** `where`: the repository, and the URL of the remote one when it is its cache. */
export function writer(
  where: readonly [dir: string, url?: string],
  session: string,
  count: number,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Writer {
  const [dir, url = ''] = where
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'ledger.writer.ts'), dir, session, String(count), name, url],
    { stdio: 'pipe', detached: true, env: { ...process.env, TMPDIR: tmpdir(), ...env } },
  )
  let out = ''
  let err = ''
  child.stderr.on('data', (d: Buffer) => {
    err += d.toString()
  })
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (d: Buffer) => {
      out += d.toString()
      if (out.startsWith('ready\n')) resolve()
    })
    child.on('close', () => {
      reject(new Error(err))
    })
  })
  const over = new Promise<readonly string[]>((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.slice(6)) as string[])
      else reject(new Error(err || `ended with ${String(code)}`))
    })
  })
  over.catch(() => undefined)
  return {
    ready,
    over,
    go: () => {
      child.stdin.write('go\n')
    },
    kill: () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    },
  }
}
