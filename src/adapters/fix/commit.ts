/** A commit of changed files on top of another: by git's own plumbing, in a clone of ours, without hooks or filters. */
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gitTold } from '../build/source.ts'
import { gitAt } from '../git/process.ts'
import type { ChangedFile } from './changes.ts'

export interface MadeCommit {
  readonly commit: string
  readonly tree: string
  readonly parentTree: string
  /** Of the lines that it takes away and adds, of binary contents, and of modes. */
  readonly diff: string
}

/** `clone`: ours; no branch moves. `scratch`: a folder for contents on their way. */
export async function commitIn(
  clone: string,
  parent: string,
  files: readonly ChangedFile[],
  message: string,
  scratch: string,
  signal: AbortSignal,
): Promise<MadeCommit> {
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') }
    const git = async (args: readonly string[], input?: string): Promise<string> =>
      (await gitAt(clone, signal)(args, { env, ...(input === undefined ? {} : { input }) })).stdout
        .toString('utf8')
        .trim()
    const kept = files.filter((f) => f.content !== null)
    const places = kept.map((_, i) => join(scratch, `file-${i}`))
    await Promise.all(kept.map(async ({ content }, i) => writeFile(places[i] ?? '', content ?? '')))
    const blobs =
      kept.length === 0
        ? []
        : (
            await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], places.map((p) => `${p}\n`).join(''))
          ).split('\n')
    await git(['read-tree', parent])
    const lines = [
      ...kept.map((f, i) => `${f.executable ? '100755' : '100644'} ${blobs[i] ?? ''}\t${f.path}\0`),
      ...files.filter((f) => f.content === null).map((f) => `0 ${'0'.repeat(parent.length)}\t${f.path}\0`),
    ]
    await git(['update-index', '-z', '--index-info'], lines.join(''))
    const tree = await git(['write-tree'])
    const commit = await git(['commit-tree', tree, '-p', parent, '-F', '-'], message)
    const parentTree = await git(['rev-parse', '--verify', `${parent}^{tree}`])
    return { commit, tree, parentTree, diff: await digestOf(clone, parentTree, tree, signal) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function digestOf(clone: string, before: string, after: string, signal: AbortSignal): Promise<string> {
  const diff = (...how: readonly string[]): Promise<string> =>
    gitTold(clone, signal, ['diff-tree', '-r', ...how, '--no-ext-diff', '--no-textconv', '--no-renames', before, after])
  const [patch, counted, raw] = await Promise.all([
    diff('--patch', '--unified=0'),
    diff('-z', '--numstat'),
    diff('-z', '--raw', '--no-abbrev'),
  ])
  // Where lines moved to is another place each time; what they say is not.
  const lines = patch.split('\n').filter((l) => /^[-+]/.test(l))
  return createHash('sha256')
    .update([...lines, ...beyondLines(counted, raw)].join('\n'))
    .digest('hex')
}

/** Of files that change in no line (binary, empty) what they become, and of every file its modes where these change. */
function beyondLines(counted: string, raw: string): readonly string[] {
  const without = new Set(counted.split('\0').flatMap((line) => /^(?:-\t-|0\t0)\t(.*)$/s.exec(line)?.[1] ?? []))
  const words = raw.split('\0')
  return words.flatMap((facts, i) => {
    if (i % 2 !== 0 || facts === '') return []
    const [was = '', is = '', , blob = ''] = facts.slice(1).split(' ')
    const path = words[i + 1] ?? ''
    const modes = was !== is && !/^0+$/.test(was) && !/^0+$/.test(is)
    return [
      ...(without.has(path) ? [`content\0${path}\0${blob}`] : []),
      ...(modes ? [`mode\0${path}\0${was} ${is}`] : []),
    ]
  })
}

/** The one moment in which the person's repository is written: its objects, and one branch of ours. */
export async function publish(
  root: string,
  clone: string,
  commit: string,
  branch: string,
  signal: AbortSignal,
): Promise<void> {
  const ref = `refs/heads/${branch}`
  await gitTold(clone, signal, ['update-ref', ref, commit])
  await gitTold(root, signal, [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
    '--',
    clone,
    `+${ref}:${ref}`,
  ])
}
