/** Packs exactly one commit, without its history, so that a host that cannot reach the repository can build it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quote } from '../../commands/quote.ts'
import { bundleRef } from '../../commands/native-build.ts'
import { Failure } from '../../domain/failure.ts'
import { git, gitTold } from './source.ts'

/**
 * Calls `use` with the bundle's path and removes it afterwards. The commit keeps its id: git checks every object
 * against its hash on both ends.
 */
export async function withBundle<T>(
  root: string,
  commit: string,
  signal: AbortSignal,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const objects = await objectsOf(root, commit, signal)
  const dir = await mkdtemp(join(tmpdir(), 'vps-test-bundle-'))
  try {
    const bare = join(dir, 'one.git'),
      file = join(dir, 'commit.bundle')
    const format = await git(root, signal, 'rev-parse', '--show-object-format')
    await git(dir, signal, 'init', '--quiet', '--bare', '--template=', `--object-format=${format}`, bare)
    await gitTold(root, signal, ['pack-objects', '--quiet', join(bare, 'objects', 'pack', 'pack')], objects)
    // Its parents do not travel.
    await writeFile(join(bare, 'shallow'), `${commit}\n`)
    await git(bare, signal, 'update-ref', bundleRef, commit)
    await git(bare, signal, 'bundle', 'create', '--quiet', file, bundleRef)
    return await use(file)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** One line each, as git packs them. Objects that a partial clone left out are told, and not fetched. */
async function objectsOf(root: string, commit: string, signal: AbortSignal): Promise<string> {
  const listed = await git(root, signal, 'rev-list', '--objects', '--no-walk', '--missing=print', commit)
  const lines = listed.split('\n')
  const missing = lines.filter((line) => line.startsWith('?')).length
  if (missing === 0) return `${lines.map((line) => line.split(' ')[0]).join('\n')}\n`
  throw new Failure({
    code: 'U306',
    message: `${missing} object(s) of the commit ${commit.slice(0, 12)} are not in ${root}, which is a partial clone: a native build sends the whole commit`,
    remedy: `git -C ${quote(root)} fetch --refetch --no-filter`,
  })
}
