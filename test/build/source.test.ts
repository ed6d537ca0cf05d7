import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

test('changes elsewhere in the repository are not changes of the workspace', async () => {
  const { root, workspace } = repository('good')
  writeFileSync(join(root, 'notes.txt'), 'elsewhere')
  expect((await read(workspace)).dirty).toBeNull()
  expect((await read(root)).dirty).toMatchObject({ count: 1, paths: ['notes.txt'] })
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
