import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildNative, type NativeOptions } from '../../src/adapters/build/native.ts'
import { readSource } from '../../src/adapters/build/source.ts'
import { localRemote } from '../../src/adapters/local.ts'
import { buildCommit, busyExit, checkHost, readTools, receiveCommit } from '../../src/commands/native-build.ts'
import { Failure } from '../../src/domain/failure.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { clock, git, never, notes, repository, scratch, zigCommand } from './world.ts'

/** A build host: this machine with another cache, so that checkout and target directory are the test's own. */
const host = (cache: string, ...more: readonly string[]) =>
  localRemote('saorsa-1', ['env', `XDG_CACHE_HOME=${cache}`, ...more])

async function native(
  name: string,
  program: string,
  more: Partial<NativeOptions> = {},
): Promise<{ readonly options: NativeOptions; readonly workspace: string; readonly cache: string }> {
  const { workspace } = repository(name)
  const source = await readSource(workspace, never)
  if (source.kind === 'none') throw new Error(source.why)
  const cache = scratch()
  return {
    workspace,
    cache,
    options: {
      remote: host(cache),
      project: 'toy net',
      source,
      argv: zigCommand,
      target: `target/x/release/${program}`,
      outDir: scratch(),
      timeoutMs: 120_000,
      log: notes(),
      clock,
      signal: never,
      ...more,
    },
  }
}
const failure = async (running: Promise<unknown>): Promise<Failure> =>
  running.then(
    () => {
      throw new Error('no failure')
    },
    (e: unknown) => {
      if (e instanceof Failure) return e
      throw e
    },
  )

test('the commit travels, is built with the host’s cargo and comes back by its digest', async () => {
  const { options, workspace, cache } = await native('good', 'toy')
  const built = await buildNative(options)
  if (built.kind !== 'built') throw new Error(built.message)
  const bytes = readFileSync(built.path)
  expect(built).toMatchObject({
    source: 'native',
    glibc: null,
    sha256: sha256(bytes),
    bytes: bytes.length,
    toolchain: { cargo: expect.stringMatching(/^cargo 1\./), rustc: expect.stringMatching(/^rustc 1\./), zig: null },
  })
  expect(built.argv).toEqual([
    'cargo',
    'build',
    '--release',
    '--locked',
    '--message-format=json',
    '--target',
    'x86_64-unknown-linux-gnu',
  ])
  expect(execFileSync(built.path, ['x'], { encoding: 'utf8' })).toBe('toy ["x"]\n')
  const checkout = join(cache, 'vps-test', 'build', 'toy_net', 'src')
  expect(git(checkout, 'log', '--format=%H')).toBe(options.source.commit)
  expect(readdirSync(checkout)).toEqual(['.git', 'app'])

  // A second commit replaces the checkout, and the target directory survives.
  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() { println!("second"); }\n')
  git(workspace, 'commit', '--quiet', '--all', '--message', 'second')
  rmSync(join(checkout, 'app', 'Cargo.lock'))
  const source = await readSource(workspace, never)
  if (source.kind === 'none') throw new Error(source.why)
  const again = await buildNative({ ...options, source })
  if (again.kind !== 'built') throw new Error(again.message)
  expect(execFileSync(again.path, { encoding: 'utf8' })).toBe('second\n')
})

test('errors of the host’s compiler come back with their places', async () => {
  const { options } = await native('compile-error', 'broken')
  const failed = await buildNative(options)
  expect(failed).toMatchObject({ kind: 'failed', reason: 'compile' })
  expect(failed.kind === 'failed' && failed.errors.map((e) => `${e.file}:${e.line}`).toSorted()).toEqual([
    'src/main.rs:3',
    'src/main.rs:4',
  ])
})

test('uncommitted changes are refused: the binary would not be what the person sees', async () => {
  const { options, workspace, cache } = await native('good', 'toy')
  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() {}\n')
  const source = await readSource(workspace, never)
  if (source.kind === 'none') throw new Error(source.why)
  expect((await failure(buildNative({ ...options, source }))).facts).toMatchObject({
    kind: 'usage',
    code: 'U301',
    remedy: 'git commit -a',
    message: expect.stringContaining('app/src/main.rs'),
  })
  expect(existsSync(join(cache, 'vps-test'))).toBe(false)
})

test('a host without tools is named, and nothing is sent', async () => {
  const bin = scratch()
  const { options, cache } = await native('good', 'toy')
  for (const tool of ['sh', 'head', 'git', 'timeout', 'sha256sum'])
    execFileSync('ln', ['-s', execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(bin, tool)])
  const remote = host(cache, `PATH=${bin}`, `HOME=${bin}`)
  expect((await failure(buildNative({ ...options, remote }))).facts).toMatchObject({
    code: 'I311',
    kind: 'infra',
    node: 'saorsa-1',
    message: 'saorsa-1 cannot build: no cargo, no rustc, no flock',
    remedy: expect.stringContaining('apt-get install'),
  })
  expect(existsSync(join(cache, 'vps-test'))).toBe(false)
})

test('two builds of one project do not meet in one checkout', async () => {
  const cache = scratch()
  const command = receiveCommit('toy', 'a'.repeat(40))
  const dir = join(cache, 'vps-test', 'build', 'toy')
  execFileSync('mkdir', ['-p', dir])
  const held = localRemote('saorsa-1', ['env', `XDG_CACHE_HOME=${cache}`, 'flock', '--no-fork', join(dir, 'lock')])
  expect((await held.run(command, { timeoutMs: 10_000, signal: never, stdin: new Uint8Array() })).code).toBe(busyExit)
})

test('a checkout that was touched is not built', async () => {
  const { options, cache } = await native('good', 'toy')
  await buildNative(options)
  writeFileSync(
    join(cache, 'vps-test', 'build', 'toy_net', 'src', 'app', 'src', 'main.rs'),
    'fn main() { println!("evil"); }\n',
  )
  const done = await options.remote.run(
    buildCommit({
      project: options.project,
      commit: options.source.commit,
      subdir: 'app',
      argv: ['cargo', 'build'],
      seconds: 60,
    }),
    { timeoutMs: 60_000, signal: never },
  )
  expect(done.code).toBe(66)
})

test('names and arguments cannot leave their words', () => {
  expect(receiveCommit('../$(id)', 'c0ffee')).toMatchObject({
    kind: 'script',
    text: expect.stringContaining('/vps-test/build/_____id_; mkdir'),
  })
  expect(
    buildCommit({
      project: 'toy',
      commit: 'c0ffee',
      subdir: "it's; id",
      argv: ['cargo', 'build', '$(id)'],
      seconds: 9,
    }),
  ).toMatchObject({
    text: expect.stringMatching(/cd '\.\/it'\\''s; id'[^]*exec timeout -k 10 9 cargo build '\$\(id\)'$/),
  })
})

test('the tool list of a host is read with its versions, and nothing else is', () => {
  expect([...readTools('motd\ngit git version 2.39.5\ncargo cargo 1.65.0\nrm -rf /\n')]).toEqual([
    ['git', 'git version 2.39.5'],
    ['cargo', 'cargo 1.65.0'],
  ])
  expect(checkHost.kind).toBe('script')
})
