/** What a build read that no commit holds: files that git ignores, files outside the repository, a lock file just made. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, open, readFile, realpath } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import type { Uncommitted } from '../../domain/build.ts'
import { readDepInfo } from '../../domain/dep-info.ts'
import { Failure } from '../../domain/failure.ts'
import { gitAt } from '../git/process.ts'
import { isInside } from './inside.ts'

const shown = 50
const pointer = 'version https://git-lfs.github.com/spec/v1'

export interface BuildPlace {
  /** Of the repository. */
  readonly root: string
  /** Where cargo was started, and where the workspace begins. */
  readonly workspace: string
  readonly cargoRoot: string
  /** Where cargo writes. */
  readonly targetDir: string
  readonly program: string
  /** In a sandbox nothing above the repository is seen. */
  readonly enclosed: boolean
}

/** Null where everything that was read is of the commit. Failure U308 for a pointer in the place of its content. */
export async function uncommittedIn(place: BuildPlace, signal: AbortSignal): Promise<Uncommitted | null> {
  const root = await realpath(place.root)
  const made = await Promise.all(
    [place.targetDir, process.env['CARGO_HOME'] || join(homedir(), '.cargo')].map((dir) =>
      realpath(dir).catch(() => dir),
    ),
  )
  const listing = `${place.program}.d`
  const text = (await isInside(listing, place.targetDir)) ? await readFile(listing, 'utf8').catch(() => '') : ''
  const settings = configsAbove(place.workspace, place.enclosed ? root : '/')
  const files = [
    ...readDepInfo(text).map((f) => resolve(place.workspace, f)),
    join(place.cargoRoot, 'Cargo.lock'),
    ...settings,
  ]
  const real = new Set<string>()
  for (const file of files) {
    // A link's own place may be committed while what it leads to is not.
    const path = await realpath(file).catch(() => undefined)
    if (path !== undefined && (await lstat(path)).isFile() && !made.some((dir) => path.startsWith(`${dir}/`)))
      real.add(path)
  }
  const listed = await gitAt(root, signal)(['ls-files', '-z', '--recurse-submodules'])
  const tracked = new Set(listed.stdout.toString('utf8').split('\0'))
  const within = (path: string): string => relative(root, path)
  const known = [...real].filter((path) => tracked.has(within(path)))
  await refusePointers(known, within)
  const others = [...real].filter((path) => !tracked.has(within(path))).toSorted()
  if (others.length === 0) return null
  const hash = createHash('sha256')
  for (const path of others) hash.update(`\0${path}\0`).update(await readFile(path).catch(() => 'not read'))
  return {
    count: others.length,
    paths: others.slice(0, shown).map((path) => (within(path).startsWith('..') ? path : within(path))),
    digest: hash.digest('hex'),
  }
}

/** Cargo reads the settings of every folder above the one that it is started in. */
function configsAbove(workspace: string, top: string): readonly string[] {
  const found: string[] = []
  for (let at = workspace; ; at = dirname(at)) {
    for (const name of ['config.toml', 'config']) {
      const file = join(at, '.cargo', name)
      if (existsSync(file)) found.push(file)
    }
    if (at === top || dirname(at) === at) return found
  }
}

async function refusePointers(files: readonly string[], shownAs: (path: string) => string): Promise<void> {
  const pointers: string[] = []
  for (const file of files) {
    const handle = await open(file).catch(() => undefined)
    if (handle === undefined) continue
    try {
      const { buffer } = await handle.read(Buffer.alloc(pointer.length), 0, pointer.length, 0)
      if (buffer.toString('latin1') === pointer) pointers.push(shownAs(file))
    } finally {
      await handle.close()
    }
  }
  if (pointers.length > 0)
    throw new Failure({
      code: 'U308',
      message: `the program was built from ${pointers.length} pointer(s) of Git LFS instead of the content: ${pointers.slice(0, 5).join(', ')}`,
      remedy: 'git lfs pull',
    })
}
