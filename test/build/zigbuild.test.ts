import { chmodSync, cpSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildWithZig, type ZigBuildOptions } from '../../src/adapters/build/zigbuild.ts'
import { afterZigbuild } from '../../src/domain/build.ts'
import { compareVersions, readElf } from '../../src/domain/elf.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { cacheDir, clock, fixture, never, notes, scratch, zigCommand } from './world.ts'

const options = (name: string, program: string, more: Partial<ZigBuildOptions> = {}): ZigBuildOptions => ({
  workspace: fixture(name),
  argv: zigCommand,
  target: `target/x86_64-unknown-linux-gnu/release/${program}`,
  glibc: '2.31',
  targetDir: scratch(),
  cacheDir,
  sandboxDir: join(cacheDir, 'sandbox', 'tests'),
  unenclosed: 'build',
  timeoutMs: 240_000,
  log: notes(),
  clock,
  signal: never,
  ...more,
})

test('builds a program that runs here and needs no glibc newer than the floor', async () => {
  const log = notes()
  const built = await buildWithZig(options('good', 'toy', { log }))
  if (built.kind !== 'built') throw new Error(built.message)
  const bytes = readFileSync(built.path)
  expect(built).toMatchObject({
    source: 'zigbuild',
    glibc: '2.31',
    sha256: sha256(bytes),
    bytes: bytes.length,
    toolchain: { rustc: expect.stringMatching(/^rustc 1\./), zig: expect.stringMatching(/^0\./) },
  })
  expect(built.argv).toContain('--locked')
  expect(compareVersions(readElf(bytes).glibc ?? '99', '2.31')).toBeLessThanOrEqual(0)
  expect(execFileSync(built.path, ['a', 'b'], { encoding: 'utf8' })).toBe('toy ["a", "b"]\n')
  expect(afterZigbuild(built)).toBe('use')
})

test('errors in the code have file, line and column, and no second toolchain is asked', async () => {
  const failed = await buildWithZig(options('compile-error', 'broken'))
  if (failed.kind !== 'failed') throw new Error('built')
  expect(failed.reason).toBe('compile')
  expect(
    failed.errors.map(({ file, line, column, code, crate, own }) => ({ file, line, column, code, crate, own })),
  ).toEqual(
    expect.arrayContaining([
      { file: 'src/main.rs', line: 3, column: 22, code: 'E0308', crate: 'broken', own: true },
      { file: 'src/main.rs', line: 4, column: 28, code: 'E0425', crate: 'broken', own: true },
    ]),
  )
  expect(failed.errors.length).toBe(2)
  expect(failed.message).toMatch(/^2 errors in the project's code; first: src\/main\.rs:\d/)
  expect(afterZigbuild(failed)).toBe('fail')
})

test.each([
  ['build-script', 'script', 'Is `cmake` installed?'],
  ['link-error', 'link', 'vps_test_no_such_library'],
])('%s is the toolchain’s fault', async (name, program, words) => {
  const failed = await buildWithZig(options(name, program))
  expect(failed).toMatchObject({ kind: 'failed', reason: 'toolchain', message: expect.stringContaining(words) })
  expect(afterZigbuild(failed)).toBe('native')
})

test.each([
  [{ argv: [...zigCommand, '-p', 'nobody'] }, 'did not match any packages'],
  [{ argv: ['make'] }, 'must start with `cargo zigbuild`'],
  [{ target: 'target/release/other' }, 'has no program other; it has toy'],
  [{ workspace: '/nonexistent' }, 'holds no Cargo.toml'],
])('a wrong build command is usage: %j', async (more, words) => {
  const failed = await buildWithZig(options('good', 'toy', more))
  expect(failed).toMatchObject({ kind: 'failed', reason: 'usage', message: expect.stringContaining(words) })
  expect(afterZigbuild(failed)).toBe('fail')
})

test('tools that are reached by a link are shown to the build', async () => {
  // Another build has them in the cache by now, or brings them here.
  await buildWithZig(options('good', 'toy'))
  const linked = scratch()
  for (const name of readdirSync(cacheDir).filter((n) => n.startsWith('zig-')))
    symlinkSync(join(cacheDir, name), join(linked, name))
  expect(await buildWithZig(options('good', 'toy', { cacheDir: linked }))).toMatchObject({ kind: 'built' })
})

test('a manifest that cannot be read is the project’s fault', async () => {
  const workspace = scratch()
  cpSync(fixture('good'), workspace, { recursive: true })
  writeFileSync(join(workspace, 'Cargo.toml'), '[package]\nname = 3\n')
  expect(await buildWithZig(options('good', 'toy', { workspace }))).toMatchObject({ kind: 'failed', reason: 'compile' })
})

test('a machine without cargo is a toolchain failure with a remedy', async () => {
  const empty = scratch()
  expect(await buildWithZig(options('good', 'toy', { env: { PATH: empty, HOME: empty } }))).toMatchObject({
    kind: 'failed',
    reason: 'toolchain',
    message: expect.stringContaining('apt-get install cargo'),
  })
})

test('a machine whose python has no venv is told which package to install', async () => {
  const bin = scratch()
  for (const [name, says] of [
    ['cargo', 'exit 0'],
    ['python3', 'echo "ensurepip is not available" >&2; exit 1'],
  ] as const) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${says}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const failed = await buildWithZig(options('good', 'toy', { cacheDir: scratch(), env: { PATH: bin, HOME: bin } }))
  expect(failed).toMatchObject({
    kind: 'failed',
    reason: 'toolchain',
    message: expect.stringMatching(/ensurepip is not available.*apt-get install python3-venv/),
  })
})
