/** What git says about the directory that is built: the commit, and whether what lies there is that commit. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { SourceInfo } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { messageOf } from '../../domain/text.ts'

const timeoutMs = 60_000
/** Changed paths that are named; all are counted and digested. */
const shownPaths = 50

/** Never throws for a directory without git: a project may be a plain folder, and the record then says so. */
export async function readSource(dir: string, signal: AbortSignal): Promise<SourceInfo> {
  const root = await git(dir, signal, 'rev-parse', '--show-toplevel').catch(orNone)
  if (typeof root !== 'string') return root
  const head = await git(dir, signal, 'log', '-1', '--format=%H%n%ct%n%s', 'HEAD').catch(orNone)
  if (typeof head !== 'string') return head
  const [commit = '', time = '', ...subject] = head.split('\n')
  const [prefix, branch, tree] = await Promise.all([
    git(dir, signal, 'rev-parse', '--show-prefix'),
    git(dir, signal, 'branch', '--show-current'),
    git(dir, signal, 'rev-parse', '--verify', '--quiet', `${commit}:./`).catch(orNone),
  ])
  return {
    kind: 'git',
    root,
    subdir: prefix.replace(/\/$/, ''),
    commit,
    tree: typeof tree === 'string' ? tree : null,
    subject: subject.join('\n').slice(0, 300),
    time: Number(time),
    branch: branch === '' ? null : branch,
    dirty: await changes(dir, signal),
  }
}

/** The digest changes with every byte of the uncommitted state: the diff against HEAD, then each untracked file. */
async function changes(dir: string, signal: AbortSignal): Promise<Extract<SourceInfo, { kind: 'git' }>['dirty']> {
  const status = await git(
    dir,
    signal,
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--',
    '.',
  )
  const entries = status
    .split('\0')
    .filter((e) => e !== '')
    .map((e) => ({ state: e.slice(0, 2), path: e.slice(3) }))
  if (entries.length === 0) return null
  const root = await git(dir, signal, 'rev-parse', '--show-toplevel')
  const hash = createHash('sha256')
  const diff = command(dir, signal, ['diff', 'HEAD', '--binary', '--no-ext-diff', '--no-color', '--', '.'])
  for await (const chunk of diff.iterable({ from: 'stdout', binary: true })) hash.update(chunk)
  for (const entry of entries.filter((e) => e.state === '??')) {
    hash.update(`\0${entry.path}\0`)
    const file = join(root, entry.path),
      kind = await lstat(file).catch(() => undefined)
    if (kind?.isSymbolicLink() === true) hash.update(await readlink(file))
    else if (kind?.isFile() === true) for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  }
  return { count: entries.length, paths: entries.slice(0, shownPaths).map((e) => e.path), digest: hash.digest('hex') }
}

/** Trimmed stdout of git; Failure I310 with git's own last line when it fails. */
export async function git(dir: string, signal: AbortSignal, ...args: readonly string[]): Promise<string> {
  try {
    return (await command(dir, signal, args)).stdout.replace(/\n+$/, '')
  } catch (error) {
    signal.throwIfAborted()
    const said =
      error instanceof Error && 'stderr' in error && typeof error.stderr === 'string'
        ? error.stderr.trim().split('\n').at(-1)
        : undefined
    throw new Failure(
      {
        code: 'I310',
        message: `git ${args[0] ?? ''} in ${dir}: ${said === undefined || said === '' ? messageOf(error) : said}`,
      },
      error,
    )
  }
}

/** LC_ALL=C: we read its words. Hooks, prompts and file watchers of the user stay out of it. */
const command = (dir: string, signal: AbortSignal, args: readonly string[]) =>
  execa(
    'git',
    ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', ...args],
    {
      cwd: dir,
      timeout: timeoutMs,
      cancelSignal: signal,
      stdin: 'ignore',
      maxBuffer: 64 << 20,
      stripFinalNewline: false,
      env: { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_DISCOVERY_ACROSS_FILESYSTEM: '1' },
    },
  )

function orNone(error: unknown): SourceInfo {
  if (!(error instanceof Failure)) throw error
  return { kind: 'none', why: error.message }
}
