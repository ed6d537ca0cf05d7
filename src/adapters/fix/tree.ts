/** A repository's commit in a folder of ours: nothing of the person's checkout, index or hooks is touched for it. */
import { mkdir, realpath, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { gitTold } from '../build/source.ts'
import { gitAt } from '../git/process.ts'

const isCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/**
 * Objects are linked, not copied, where both lie on one disk. What lay in `dir` before is the commit afterwards; its real
 * path is given back.
 */
export async function treeAt(root: string, commit: string, dir: string, signal: AbortSignal): Promise<string> {
  if (!isCommit.test(commit)) throw new Error(`no commit: ${commit}`)
  if (!(await isThere(`${dir}/.git`))) {
    await rm(dir, { recursive: true, force: true })
    await mkdir(dirname(dir), { recursive: true })
    await gitTold(root, signal, ['clone', '--quiet', '--local', '--no-checkout', '--template=', '--', root, dir])
  }
  if (!(await has(dir, commit, signal)))
    await gitTold(dir, signal, [
      'fetch',
      '--quiet',
      '--no-write-fetch-head',
      'origin',
      '+refs/heads/*:refs/remotes/origin/*',
    ])
  await gitTold(dir, signal, ['checkout', '--quiet', '--force', '--detach', commit])
  await gitTold(dir, signal, ['clean', '--quiet', '-ffdx'])
  return realpath(dir)
}

const has = (dir: string, commit: string, signal: AbortSignal): Promise<boolean> =>
  gitAt(
    dir,
    signal,
  )(['cat-file', '-e', `${commit}^{commit}`]).then(
    () => true,
    () => false,
  )

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
