/** One commit as a bundle: from any repository that holds it whole, and without touching that repository. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { withBundle } from '../../src/adapters/build/bundle.ts'
import { readSource } from '../../src/adapters/build/source.ts'
import { receiveCommit } from '../../src/commands/native-build.ts'
import { localRemote } from '../../src/adapters/local.ts'
import { readFileSync } from 'node:fs'
import { Failure } from '../../src/domain/failure.ts'
import { git, never, repository, scratch } from './world.ts'

const bundle = async (root: string): Promise<Uint8Array> => {
  const source = await readSource(root, never)
  if (source.kind !== 'git') throw new Error(source.why)
  return withBundle(source.root, source.commit, never, async (file) => readFileSync(file))
}

test('a repository with SHA-256 travels like one with SHA-1', async () => {
  const root = scratch()
  git(root, 'init', '--quiet', '--object-format=sha256')
  writeFileSync(join(root, 'file'), 'x')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'one')
  const commit = git(root, 'rev-parse', 'HEAD')
  const host = localRemote('host', ['env', `XDG_CACHE_HOME=${scratch()}`])
  const done = await host.run(receiveCommit('toy', commit), {
    timeoutMs: 20_000,
    signal: never,
    stdin: await bundle(root),
  })
  expect(done).toMatchObject({ code: 0, stdout: `${commit}\n` })
})

test('a partial clone is told apart, with what brings the rest', async () => {
  const { root } = repository('good')
  git(root, 'config', 'uploadpack.allowFilter', 'true')
  const clone = join(scratch(), 'clone')
  git(root, 'clone', '--quiet', '--filter=blob:none', '--sparse', pathToFileURL(root).href, clone)
  const failed = await bundle(clone).catch((error: unknown) => error)
  expect(failed instanceof Failure && failed.facts).toMatchObject({
    code: 'U306',
    message: expect.stringMatching(/^\d+ object\(s\) of the commit .* which is a partial clone/),
  })
  execFileSync('sh', ['-c', failed instanceof Failure ? (failed.facts.remedy ?? 'false') : 'false'], {
    stdio: 'ignore',
  })
  expect((await bundle(clone)).length).toBeGreaterThan(100)
})

test('a hook or an alias that hands its repository on does not make the bundle in it', async () => {
  const { root } = repository('good')
  const linked = join(scratch(), 'linked')
  git(root, 'worktree', 'add', '--quiet', '-b', 'feature', linked)
  for (const n of [1, 2, 3]) git(linked, 'commit', '--quiet', '--allow-empty', '--message', `work ${n}`)
  const refs = git(root, 'for-each-ref')
  const module = (path: string): string =>
    JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', path)).href)
  const file = join(scratch(), 'bundle.mjs')
  writeFileSync(
    file,
    `import { withBundle } from ${module('adapters/build/bundle.ts')}
     import { readSource } from ${module('adapters/build/source.ts')}
     const never = new AbortController().signal
     const from = await readSource(process.cwd(), never)
     await withBundle(from.root, from.commit, never, async () => console.log(from.commit))`,
  )
  // git hands GIT_DIR on to what an alias runs in a linked worktree.
  const said = execFileSync('git', ['-c', `alias.try=!'${process.execPath}' '${file}'`, 'try'], {
    cwd: linked,
    encoding: 'utf8',
  })
  expect(said.trim()).toBe(git(linked, 'rev-parse', 'HEAD'))
  expect(git(linked, 'rev-list', '--count', 'HEAD')).toBe('5')
  expect(git(linked, 'rev-parse', '--is-shallow-repository')).toBe('false')
  expect(git(root, 'for-each-ref')).toBe(refs)
})
