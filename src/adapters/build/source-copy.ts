/** What of a checkout is handed to the sandbox: its files without secrets, and git without its configuration. */
import { lstat, mkdir, copyFile, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { secretLooks } from '../../domain/secrets.ts'
import { cut } from '../../domain/text.ts'
import type { Log } from '../../ports.ts'
import type { GitView, SourceCopy } from '../sandbox/sandbox.ts'
import { git } from './source.ts'

/** Larger files are no keys. */
const longestKey = 64 << 10

export const sourceCopy =
  (workspace: string, log: Log, signal: AbortSignal) =>
  async (gitFolder: string): Promise<SourceCopy & { readonly git: GitView | null }> => {
    const root = await git(workspace, signal, 'rev-parse', '--show-toplevel').catch((error: unknown) => {
      if (error instanceof Failure) return null
      throw error
    })
    const top = root ?? workspace
    return {
      root: top,
      files: await filesOf(top, root !== null, log, signal),
      git: root === null ? null : await bareGit(root, gitFolder, signal),
    }
  }

/** Of a directory outside the repository that a manifest names. */
export const outsideCopy = async (root: string, log: Log, signal: AbortSignal): Promise<SourceCopy> => {
  const top = await git(root, signal, 'rev-parse', '--show-toplevel').catch(() => null)
  return { root, files: await filesOf(root, top !== null, log, signal) }
}

/**
 * All that is committed; of the rest (what the record of the build names, where it is read) neither earlier builds nor
 * what looks like a secret by its name or its text.
 */
async function filesOf(top: string, isGit: boolean, log: Log, signal: AbortSignal): Promise<readonly string[]> {
  const files = isGit ? await listed(top, log, signal) : await harmless(top, await walked(top), log)
  const kept = await Promise.all(
    [...new Set(files)].map(async (path) => {
      const found = await lstat(join(top, path)).catch(() => undefined)
      return found?.isFile() === true || found?.isSymbolicLink() === true ? [path] : []
    }),
  )
  return kept.flat()
}

const secretName =
  /(?:^|\/)(?:\.env(?:\..*)?|\.netrc|\.npmrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)[^/]*|[^/]*credentials[^/]*|[^/]*\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/i

async function harmless(top: string, paths: readonly string[], log: Log): Promise<readonly string[]> {
  const kept: string[] = []
  const left: string[] = []
  for (const path of paths) (secretName.test(path) || (await looksSecret(join(top, path))) ? left : kept).push(path)
  if (left.length > 0)
    log.warn(
      `not committed and like a secret, so that the build does not see it: ${cut(left.slice(0, 5).join(', '), 400)}`,
    )
  return kept
}

async function listed(root: string, log: Log, signal: AbortSignal): Promise<readonly string[]> {
  const ask = async (...flags: readonly string[]): Promise<readonly string[]> =>
    (await git(root, signal, 'ls-files', '-z', ...flags)).split('\0').filter((path) => path !== '')
  const [committed, others, ignored] = await Promise.all([
    ask('--cached'),
    ask('--others', '--exclude-standard'),
    ask('--others', '--ignored', '--exclude-standard', '--directory'),
  ])
  const below = await Promise.all(
    ignored.map(async (path) =>
      path.endsWith('/') ? (await walked(join(root, path))).map((one) => join(path, one)) : [path],
    ),
  )
  const all = [...committed, ...(await harmless(root, [...others, ...below.flat()], log))]
  const nested = await Promise.all(
    all.map(async (path) => {
      const dir = join(root, path)
      const isRepository =
        (await lstat(dir).catch(() => undefined))?.isDirectory() === true &&
        (await lstat(join(dir, '.git')).catch(() => undefined)) !== undefined
      return isRepository ? (await listed(dir, log, signal)).map((one) => join(path, one)) : []
    }),
  )
  return [...all, ...nested.flat()]
}

async function looksSecret(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => undefined)
  if (found?.isFile() !== true || found.size > longestKey) return false
  return secretLooks(await readFile(file, 'latin1').catch(() => '')).length > 0
}

/** A folder without git: all of it, but what cargo itself marks as an earlier build. */
async function walked(dir: string, below = ''): Promise<readonly string[]> {
  const entries = await readdir(join(dir, below), { withFileTypes: true })
  if (entries.some((e) => e.name === 'CACHEDIR.TAG') || /(?:^|\/)node_modules\/?$/.test(join(dir, below))) return []
  const found = await Promise.all(
    entries
      .filter((e) => e.name !== '.git')
      .map(async (e) => (e.isDirectory() ? walked(dir, join(below, e.name)) : [join(below, e.name)])),
  )
  return found.flat()
}

/**
 * HEAD, refs and index for build scripts that ask for the commit. Git's configuration, its logs and its helpers' files
 * may hold tokens.
 */
async function bareGit(root: string, folder: string, signal: AbortSignal): Promise<GitView | null> {
  const at = (name: string): Promise<string> =>
    git(root, signal, 'rev-parse', '--path-format=absolute', '--git-path', name)
  const [objects, index, shallow, head, refs, format] = await Promise.all([
    at('objects'),
    at('index'),
    at('shallow'),
    git(root, signal, 'rev-parse', 'HEAD').catch(() => null),
    git(root, signal, 'for-each-ref', '--format=%(objectname) %(refname)'),
    git(root, signal, 'rev-parse', '--show-object-format'),
  ])
  // Objects that lie in yet another place are not shown; a repository without a commit has nothing to show.
  if (head === null || (await lstat(join(objects, 'info', 'alternates')).catch(() => undefined)) !== undefined)
    return null
  const branch = await git(root, signal, 'symbolic-ref', '--quiet', 'HEAD').catch(() => null)
  for (const dir of ['', 'objects', 'refs', 'refs/heads'])
    await mkdir(join(folder, dir), { recursive: true, mode: 0o755 })
  const extension = format === 'sha1' ? '' : `[extensions]\n\tobjectformat = ${format}\n`
  const readable = { mode: 0o644 }
  await writeFile(
    join(folder, 'config'),
    `[core]\n\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}\n\tbare = false\n${extension}`,
    readable,
  )
  await writeFile(join(folder, 'HEAD'), branch === null ? `${head}\n` : `ref: ${branch}\n`, readable)
  await writeFile(join(folder, 'packed-refs'), refs === '' ? '' : `${refs}\n`, readable)
  for (const [from, name] of [
    [index, 'index'],
    [shallow, 'shallow'],
  ] as const)
    await copyFile(from, join(folder, name)).catch(() => undefined)
  return { folder, objects }
}
