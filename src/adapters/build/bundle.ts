/** Packs exactly one commit, without its history, so that a host that cannot reach the repository can build it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleRef } from '../../commands/native-build.ts'
import { git } from './source.ts'

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
  const dir = await mkdtemp(join(tmpdir(), 'vps-test-bundle-'))
  try {
    const bare = join(dir, 'one.git'),
      file = join(dir, 'commit.bundle')
    await git(dir, signal, 'init', '--quiet', '--bare', bare)
    await git(
      bare,
      signal,
      '-c',
      'protocol.version=2',
      'fetch',
      '--quiet',
      '--no-tags',
      '--depth',
      '1',
      pathToFileURL(root).href,
      `${commit}:${bundleRef}`,
    )
    await git(bare, signal, 'bundle', 'create', '--quiet', file, bundleRef)
    return await use(file)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
