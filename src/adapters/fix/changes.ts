/** What a command left in its copy of a commit, told apart without following a link of it: the copy is a stranger's. */
import { constants } from 'node:fs'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import picomatch from 'picomatch'
import type { Changed, ChangeLook } from '../../domain/fix/guards.ts'
import type { FixConfig } from '../../domain/fix/config.ts'
import { ofThisRun, redactor } from '../../domain/secrets.ts'
import { gitTold } from '../build/source.ts'

/** More is no fix, and would be read into memory. */
const most = { entries: 200_000, files: 300, bytes: 8 << 20 } as const

export interface ChangedFile extends Changed {
  readonly executable: boolean
  /** Null: it is gone. */
  readonly content: Buffer | null
}

export interface FixChanges extends ChangeLook {
  readonly changed: readonly ChangedFile[]
}

interface Found {
  readonly path: string
  readonly kind: 'file' | 'link' | 'other'
}

/** `tree`: the commit as we checked it out; `copy`: what became of it; `secrets`: what the command was given. */
export async function changesOf(
  tree: string,
  copy: string,
  config: FixConfig,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<FixChanges> {
  const none = { changed: [], irregular: [], tooLarge: null, secret: [], workflows: config.workflows }
  const redact = redactor(secrets.map(bytewise))
  const holds = (text: string): boolean => redact(text).found.includes(ofThisRun)
  const found: Found[] = []
  if (!(await walk(copy, '', found))) return { ...none, tooLarge: `it left more than ${most.entries} files` }
  const tracked = await trackedIn(tree, signal)
  const others = found.filter((f) => !tracked.has(f.path))
  const ignored = await ignoredIn(
    tree,
    others.map((f) => f.path),
    signal,
  )
  const seen = found.filter((f) => tracked.has(f.path) || !ignored.has(f.path))
  const [irregular, secret]: [string[], string[]] = [[], []]
  const changed: ChangedFile[] = []
  const allowed = picomatch([...config.paths], { nonegate: true, noextglob: true })
  let bytes = 0
  for (const { path, kind } of seen) {
    const mode = tracked.get(path)
    if (!isPath(path) || kind !== 'file') {
      if (kind !== 'link' || !(mode === '120000' && (await sameLink(tree, copy, path)))) irregular.push(path)
      continue
    }
    const now = await fileIn(copy, path, most.bytes).catch((error: unknown) => {
      // A path that is too long, or a file that only its writer may read.
      if (isErrno(error)) return undefined
      throw error
    })
    if (now === undefined) {
      irregular.push(path)
      continue
    }
    if (now === null) return { ...none, tooLarge: `${path} is larger than ${most.bytes} bytes` }
    const before = mode === undefined || mode === '120000' ? undefined : await fileIn(tree, path, Infinity)
    if (before !== undefined && before !== null && same(before, now)) continue
    bytes += now.content.length
    if (holds(bytewise(path))) secret.push(`file ${changed.length + 1}, by its name`)
    // What stood there before is no secret.
    else if (holds(now.content.toString('latin1')) && !holds(before?.content.toString('latin1') ?? ''))
      secret.push(path)
    changed.push({ path, kind: mode === undefined ? 'added' : 'changed', allowed: allowed(path), ...now })
    if (changed.length > most.files || bytes > most.bytes)
      return { ...none, tooLarge: `it changed more than ${most.files} files or ${most.bytes} bytes` }
  }
  const there = new Set(found.map((f) => f.path))
  const gone = [...tracked].filter(([path, mode]) => mode !== '160000' && !there.has(path))
  return {
    ...none,
    irregular,
    secret,
    changed: [
      ...changed,
      ...gone.map(([path]) => ({
        path,
        kind: 'deleted' as const,
        allowed: allowed(path),
        executable: false,
        content: null,
      })),
    ].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

/** As concealing reads evidence: each byte a character. */
const bytewise = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const isErrno = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** Directories are entered, links are not. False: there is too much. One that cannot be looked into is no file. */
async function walk(copy: string, below: string, found: Found[]): Promise<boolean> {
  const entries = await readdir(join(copy, below), { withFileTypes: true }).catch((error: unknown) => {
    if (isErrno(error)) return null
    throw error
  })
  if (entries === null) found.push({ path: below, kind: 'other' })
  for (const entry of entries ?? []) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    // What stands for git at the top is ours, and was not written.
    if (path === '.git') continue
    if (entry.isDirectory()) {
      if (!(await walk(copy, path, found))) return false
    } else found.push({ path, kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other' })
    if (found.length > most.entries) return false
  }
  return true
}

/** A name that is not UTF-8, or that a page or a command would read as two. */
const isPath = (path: string): boolean => !/[\p{Cc}\p{Cf}\u2028\u2029\ufffd\\"]/u.test(path) && path.length < 1000

/** Mode by path. */
async function trackedIn(tree: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const listed = await gitTold(tree, signal, ['ls-tree', '-r', '-z', '--full-tree', 'HEAD'])
  return new Map(
    listed
      .split('\0')
      .filter((line) => line !== '')
      .map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, 6)]),
  )
}

/** By the rules of the commit, whatever the command made of them. */
async function ignoredIn(tree: string, paths: readonly string[], signal: AbortSignal): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set()
  // It fails where none is ignored; whatever else it cannot say leaves nothing ignored, which stops more.
  const told = await gitTold(
    tree,
    signal,
    ['check-ignore', '-z', '--stdin', '--no-index', '--verbose', '--non-matching'],
    paths.map((path) => `${path}\0`).join(''),
  ).catch(() => '')
  const words = told.split('\0')
  const ignored = new Set<string>()
  for (let i = 0; i + 3 < words.length; i += 4) {
    const [pattern = '', path = ''] = [words[i + 2], words[i + 3]]
    if (pattern !== '' && !pattern.startsWith('!')) ignored.add(path)
  }
  return ignored
}

async function fileIn(
  dir: string,
  path: string,
  limit: number,
): Promise<{ readonly content: Buffer; readonly executable: boolean } | null> {
  const handle = await open(join(dir, path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const kind = await handle.stat()
    if (!kind.isFile() || kind.size > limit) return null
    return { content: await handle.readFile(), executable: (kind.mode & 0o100) !== 0 }
  } finally {
    await handle.close()
  }
}

const same = (
  a: { readonly content: Buffer; readonly executable: boolean },
  b: { readonly content: Buffer; readonly executable: boolean },
): boolean => a.executable === b.executable && a.content.equals(b.content)

async function sameLink(tree: string, copy: string, path: string): Promise<boolean> {
  const isLink = (await lstat(join(tree, path)).catch(() => undefined))?.isSymbolicLink() === true
  return isLink && (await readlink(join(tree, path))) === (await readlink(join(copy, path)))
}
