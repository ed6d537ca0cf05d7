import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { readSource } from '../../src/adapters/build/source.ts'
import type { SourceInfo } from '../../src/domain/build.ts'
import { git, never, repository, scratch } from './world.ts'

const read = async (dir: string): Promise<Extract<SourceInfo, { kind: 'git' }>> => {
  const facts = await readSource(dir, never)
  if (facts.kind !== 'git') throw new Error(facts.why)
  return facts
}

test('a clean workspace is its commit', async () => {
  const { root, workspace } = repository('good')
  expect(await read(workspace)).toEqual({
    kind: 'git',
    root,
    subdir: 'app',
    commit: git(root, 'rev-parse', 'HEAD'),
    tree: git(root, 'rev-parse', 'HEAD:app'),
    subject: 'the one to build',
    time: Number(git(root, 'log', '-1', '--format=%ct')),
    branch: 'main',
    dirty: null,
  })
  git(root, 'checkout', '--quiet', '--detach')
  expect(await read(root)).toMatchObject({ branch: null, subdir: '', tree: git(root, 'rev-parse', 'HEAD^{tree}') })
})

test('every byte of the uncommitted state is in the digest', async () => {
  const { workspace } = repository('good')
  const seen = new Set<string | undefined>()
  const change = async (path: string, text: string): Promise<void> => {
    writeFileSync(join(workspace, path), text)
    const { dirty } = await read(workspace)
    expect(dirty?.paths).toContain(`app/${path}`)
    seen.add(dirty?.digest)
  }
  await change('src/main.rs', 'fn main() {}\n')
  await change('src/main.rs', 'fn main() { }\n')
  await change('new "file".txt', 'a')
  await change('new "file".txt', 'b')
  symlinkSync('nowhere', join(workspace, 'link'))
  seen.add((await read(workspace)).dirty?.digest)
  git(workspace, 'add', '.')
  expect((await read(workspace)).dirty?.count).toBe(3)
  expect(seen.size).toBe(5)
})

test('changes beside the workspace count: a build reads them too', async () => {
  const { root, workspace } = repository('good')
  writeFileSync(join(root, 'notes.txt'), 'beside')
  expect((await read(workspace)).dirty).toMatchObject({ count: 1, paths: ['notes.txt'] })
})

test('a lock file that no commit holds is no change, wherever the workspace begins; a changed one is', async () => {
  const { root, workspace } = repository('good')
  git(root, 'rm', '--quiet', '--cached', 'app/Cargo.lock')
  git(root, 'commit', '--quiet', '--message', 'no lock file')
  writeFileSync(join(root, 'Cargo.lock'), '')
  expect((await read(workspace)).dirty).toBeNull()
  writeFileSync(join(workspace, 'src', 'Cargo.lock'), '')
  expect((await read(workspace)).dirty?.paths).toEqual(['app/src/Cargo.lock'])
})

test('what git is told to overlook is looked at: assumed unchanged, sparse, submodules, repositories within', async () => {
  const { root, workspace } = repository('good')
  git(root, 'update-index', '--assume-unchanged', 'app/src/main.rs')
  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() {}\n')
  expect((await read(workspace)).dirty?.paths).toEqual(['app/src/main.rs'])
  git(root, 'update-index', '--no-assume-unchanged', 'app/src/main.rs')
  git(root, 'update-index', '--skip-worktree', 'app/src/main.rs')
  expect((await read(workspace)).dirty?.paths).toEqual(['app/src/main.rs'])
  git(root, 'update-index', '--no-skip-worktree', 'app/src/main.rs')
  git(root, 'checkout', '--quiet', '.')

  const { root: library } = repository('good')
  git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'library')
  git(root, 'config', '--file', '.gitmodules', 'submodule.library.ignore', 'all')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'a submodule')
  expect((await read(workspace)).dirty).toBeNull()
  const seen = new Set<string | undefined>()
  for (const text of ['one', 'two']) {
    writeFileSync(join(root, 'library', 'app', 'src', 'main.rs'), text)
    const { dirty } = await read(workspace)
    expect(dirty?.paths).toEqual(['library'])
    seen.add(dirty?.digest)
  }
  expect(seen.size).toBe(2)
  git(join(root, 'library'), 'checkout', '--quiet', '.')

  const within = join(root, 'within')
  git(root, 'init', '--quiet', within)
  git(within, 'commit', '--quiet', '--allow-empty', '--message', 'x')
  for (const text of ['one', 'two']) {
    writeFileSync(join(within, 'lib.rs'), text)
    const { dirty } = await read(workspace)
    expect(dirty?.paths).toEqual(['within/'])
    seen.add(dirty?.digest)
  }
  expect(seen.size).toBe(4)
})

test('settings and variables of a person change neither commit nor state, and a reading changes no repository', async () => {
  const { root, workspace } = repository('good')
  const other = repository('good').root
  const home = scratch()
  writeFileSync(
    join(home, 'config'),
    `[log]\n\tshowSignature = true\n[status]\n\tshowUntrackedFiles = no\n[core]\n\texcludesFile = ${home}/ignore\n[format]\n\tpretty = oneline\n`,
  )
  writeFileSync(join(home, 'ignore'), '*\n')
  git(root, 'config', 'log.showSignature', 'true')
  git(root, 'config', 'status.showUntrackedFiles', 'no')
  // A replacement would stand in for the commit and its tree.
  git(root, 'replace', 'HEAD', git(root, 'rev-parse', 'HEAD~1'))
  writeFileSync(join(workspace, 'new.rs'), '')
  const text = `
    import { readSource } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/adapters/build/source.ts')).href)}
    console.log(JSON.stringify(await readSource(${JSON.stringify(workspace)}, new AbortController().signal)))`
  const said: unknown = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', text], {
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: join(home, 'config'),
        GIT_DIR: join(other, '.git'),
        GIT_WORK_TREE: other,
        GIT_INDEX_FILE: join(home, 'index'),
        GIT_CONFIG_PARAMETERS: "'log.showsignature=true'",
      },
    }),
  )
  expect(said).toMatchObject({
    root,
    commit: git(root, 'rev-parse', 'HEAD'),
    tree: git(root, '--no-replace-objects', 'rev-parse', 'HEAD:app'),
    subject: 'the one to build',
    dirty: { paths: ['app/new.rs'] },
  })
})

test('a repository with SHA-256 has commits of 64 digits', async () => {
  const dir = scratch()
  git(dir, 'init', '--quiet', '--object-format=sha256')
  git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'x')
  expect((await read(dir)).commit).toMatch(/^[0-9a-f]{64}$/)
})

test('a name that is no UTF-8 is digested by its content as well', async () => {
  const { workspace } = repository('good')
  const seen = new Set<string | undefined>()
  for (const text of ['one', 'two']) {
    writeFileSync(Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from([0x66, 0xfc, 0x72])]), text)
    seen.add((await read(workspace)).dirty?.digest)
  }
  expect(seen.size).toBe(2)
})

test('paths are capped, the count is not', async () => {
  const { workspace } = repository('good')
  for (let i = 0; i < 60; i++) writeFileSync(join(workspace, `file-${i}`), '')
  const { dirty } = await read(workspace)
  expect([dirty?.count, dirty?.paths.length]).toEqual([60, 50])
})

test('a deleted file is dirty', async () => {
  const { workspace } = repository('good')
  rmSync(join(workspace, 'Cargo.lock'))
  expect((await read(workspace)).dirty?.paths).toEqual(['app/Cargo.lock'])
})

test('a folder without git, and a repository without a commit, say so', async () => {
  const dir = scratch()
  expect(await readSource(dir, never)).toMatchObject({
    kind: 'none',
    why: expect.stringContaining('not a git repository'),
  })
  git(dir, 'init', '--quiet')
  expect(await readSource(dir, never)).toMatchObject({ kind: 'none' })
})
