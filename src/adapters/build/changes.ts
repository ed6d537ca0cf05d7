/** What differs from the commit in a working tree: every path, and a digest of what lies there now. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, lstat, mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitAt, type Git } from '../git/process.ts'

export interface Changes {
  readonly count: number
  /** Capped; all are counted and digested. */
  readonly paths: readonly string[]
  readonly digest: string
}

export interface ChangedPath {
  /** Two letters of `git status --porcelain=v1`. */
  readonly state: string
  readonly path: string
  /** As it is on the disk: a name need not be UTF-8. */
  readonly bytes: Buffer
}

const shownPaths = 50
/** Repositories within repositories. */
const deepest = 8

/** The digest changes with every byte of what is not committed, submodules and repositories within this one included. */
export async function changesIn(
  root: string,
  signal: AbortSignal,
  isNone: (entry: ChangedPath) => boolean = () => false,
): Promise<Changes | null> {
  const entries = (await statusOf(root, signal)).filter((entry) => !isNone(entry))
  if (entries.length === 0) return null
  const hash = createHash('sha256')
  for (const entry of entries) await addEntry(root, entry, hash, signal, 0)
  return { count: entries.length, paths: entries.slice(0, shownPaths).map((e) => e.path), digest: hash.digest('hex') }
}

async function statusOf(root: string, signal: AbortSignal): Promise<readonly ChangedPath[]> {
  const git = gitAt(root, signal)
  const { env, done } = await unhidden(git, root)
  try {
    const status = await git(
      ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=none'],
      { env, timeoutMs: 300_000 },
    )
    return status.stdout
      .toString('latin1')
      .split('\0')
      .filter((e) => e !== '')
      .toSorted((a, b) => (a.slice(3) < b.slice(3) ? -1 : 1))
      .map((e) => ({ state: e.slice(0, 2), bytes: Buffer.from(e.slice(3), 'latin1') }))
      .map((e) => ({ ...e, path: e.bytes.toString('utf8') }))
  } finally {
    await done()
  }
}

/**
 * A file that is marked "assume unchanged", or is there though a sparse checkout leaves it out, is looked at as every
 * other one: in a copy of the index, so that the person's own stays as it is.
 */
async function unhidden(
  git: Git,
  root: string,
): Promise<{ readonly env: Readonly<Record<string, string>>; readonly done: () => Promise<void> }> {
  const listed = (await git(['ls-files', '-v', '-z'])).stdout.toString('utf8').split('\0').filter(Boolean)
  const marked = listed.map((line) => ({ mark: line.charAt(0), path: line.slice(2) }))
  const assumed = marked.filter(({ mark }) => mark !== mark.toUpperCase()).map(({ path }) => path)
  const left = marked.filter(({ mark }) => mark.toUpperCase() === 'S').map(({ path }) => path)
  const there = (await Promise.all(left.map(async (path) => [path, await kindOf(join(root, path))] as const)))
    .filter(([, kind]) => kind !== 'nothing')
    .map(([path]) => path)
  if (assumed.length === 0 && there.length === 0) return { env: {}, done: async () => undefined }
  const dir = await mkdtemp(join(tmpdir(), 'vps-test-index-'))
  const done = async (): Promise<void> => rm(dir, { recursive: true, force: true })
  try {
    const own = (await git(['rev-parse', '--git-path', 'index'])).stdout.toString('utf8').trim()
    const copy = join(dir, 'index')
    await copyFile(own.startsWith('/') ? own : join(root, own), copy)
    const env = { GIT_INDEX_FILE: copy }
    const mark = async (flag: string, paths: readonly string[]): Promise<void> => {
      if (paths.length > 0)
        await git(['update-index', '-z', flag, '--stdin'], { env, input: paths.map((p) => `${p}\0`).join('') })
    }
    await mark('--no-assume-unchanged', assumed)
    await mark('--no-skip-worktree', there)
    return { env, done }
  } catch (error) {
    await done()
    throw error
  }
}

type Kind = 'file' | 'program' | 'link' | 'folder' | 'nothing' | 'other'

async function addEntry(
  root: string,
  { bytes }: ChangedPath,
  hash: Hash,
  signal: AbortSignal,
  depth: number,
): Promise<void> {
  hash.update('\0').update(bytes).update('\0')
  await addContent(Buffer.concat([Buffer.from(`${root}/`), bytes]), hash, signal, depth)
}

async function kindOf(path: string | Buffer): Promise<Kind> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return 'nothing'
  if (found.isSymbolicLink()) return 'link'
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? ((found.mode & 0o100) === 0 ? 'file' : 'program') : 'other'
}

async function addContent(path: Buffer, hash: Hash, signal: AbortSignal, depth: number): Promise<void> {
  const kind = await kindOf(path)
  hash.update(`${kind}\0`)
  if (kind === 'link') hash.update(await readlink(path, 'buffer'))
  else if (kind === 'file' || kind === 'program')
    for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  else if (kind === 'folder' && depth < deepest) await addFolder(path.toString('utf8'), hash, signal, depth + 1)
}

/** A folder that git names as one is a repository of its own: its commit, and what is not committed in it. */
async function addFolder(path: string, hash: Hash, signal: AbortSignal, depth: number): Promise<void> {
  const git = gitAt(path, signal)
  if ((await kindOf(join(path, '.git'))) === 'nothing') {
    for (const name of (await readdir(path)).toSorted()) {
      hash.update(`${name}\0`)
      await addContent(Buffer.from(join(path, name)), hash, signal, depth)
    }
    return
  }
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => null)
  hash.update(head === null ? 'no commit' : head.stdout)
  for (const entry of await statusOf(path, signal)) await addEntry(path, entry, hash, signal, depth)
}
