import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BuildFailure } from '../../src/adapters/build/build-failure.ts'
import { obtainBinary, type ObtainOptions } from '../../src/adapters/build/obtain-binary.ts'
import { readSource } from '../../src/adapters/build/source.ts'
import type { Obtained } from '../../src/ports.ts'
import { localRemote } from '../../src/adapters/local.ts'
import { isInside } from '../../src/adapters/build/inside.ts'
import { afterZigbuild } from '../../src/domain/build.ts'
import { placed } from '../../src/domain/cargo-messages.ts'
import { Failure } from '../../src/domain/failure.ts'
import { canonical, sha256 } from '../../src/domain/ledger.ts'
import { cacheDir, clock, fixture, git, never, notes, repository, scratch, zigCommand } from './world.ts'

/** A project in the tool cache that all tests share: its checkouts have target directories of their own. */
function options(workspace: string, program: string, more: Partial<ObtainOptions> = {}): ObtainOptions {
  const project = 'tests'
  return {
    project,
    binary: {
      name: program,
      workspace: 'app',
      build: zigCommand,
      localBuild: null,
      target: `target/x86_64-unknown-linux-gnu/release/${program}`,
      glibc: '2.31',
    },
    source: { kind: 'build', workspace, revision: null },
    outDir: scratch(),
    cacheDir,
    timeoutMs: 240_000,
    log: notes(),
    clock,
    signal: never,
    unenclosed: 'build',
    ...more,
  }
}
/** As the BUILD stage asks: where zig cannot work, once more with what was learned. */
async function obtain(o: ObtainOptions): Promise<Obtained> {
  const first = await obtainBinary(o)
  if (!('elsewhere' in first)) return first
  const second = await obtainBinary({ ...o, before: first.elsewhere })
  if ('elsewhere' in second) throw new Error('sent elsewhere twice')
  return second
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
const host = () => {
  const cache = scratch()
  return () => Promise.resolve(localRemote('saorsa-1', ['env', `XDG_CACHE_HOME=${cache}`]))
}
/** Breaks the linker of zigbuild only: `cargo build` of the host has cc. */
const noZig = { ...process.env, CARGO_ZIGBUILD_ZIG_PATH: '/bin/false' }

test('a build is put beside its digest, and its record says all of it', async () => {
  const { root, workspace } = repository('good')
  const made = options(workspace, 'toy')
  const { path, record } = await obtain(made)
  expect(path).toBe(join(made.outDir, record.sha256, 'toy'))
  expect(sha256(readFileSync(path))).toBe(record.sha256)
  expect(execFileSync(path, { encoding: 'utf8' })).toBe('toy []\n')
  expect(record).toMatchObject({
    source: 'zigbuild',
    name: 'toy',
    glibc: '2.31',
    before: [],
    elf: { machine: 'x86_64', isProgram: true },
    from: { kind: 'git', commit: git(root, 'rev-parse', 'HEAD'), dirty: null },
  })
  expect(canonical(JSON.parse(JSON.stringify(record)))).toContain(record.sha256)

  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() { println!("dirty"); }\n')
  const dirty = await obtain(made)
  expect(dirty.record.from).toMatchObject({ dirty: { count: 1, paths: ['app/src/main.rs'] } })
  expect(dirty.record.sha256).not.toBe(record.sha256)
  expect(execFileSync(path, { encoding: 'utf8' })).toBe('toy []\n')
})

test('a changed file is built whatever its time says', async () => {
  const { workspace } = repository('good')
  const made = options(workspace, 'toy')
  const first = await obtain(made)
  const older = (text: string): void => {
    const file = join(workspace, 'src', 'main.rs')
    writeFileSync(file, text)
    utimesSync(file, 1_000_000_000, 1_000_000_000)
  }
  older('fn main() { println!("older") }}\n')
  await expect(obtain(made)).rejects.toThrow(BuildFailure)
  older('fn main() { println!("older"); }\n')
  const second = await obtain(made)
  expect(second.record.sha256).not.toBe(first.record.sha256)
  expect(execFileSync(second.path, { encoding: 'utf8' })).toBe('older\n')
})

test('what a build that failed has compiled is not taken for what was there before', async () => {
  const { workspace } = repository('good')
  const write = (name: string, text: string): void => {
    const file = join(workspace, 'src', name)
    writeFileSync(file, text)
    utimesSync(file, 1_000_000_000, 1_000_000_000)
  }
  const one = (): void => {
    write('lib.rs', 'pub fn answer() -> u32 { 1 }\n')
    write('main.rs', 'fn main() { println!("{}", toy::answer()); }\n')
  }
  one()
  const made = options(workspace, 'toy')
  const first = await obtain(made)
  write('lib.rs', 'pub fn answer() -> u32 { 2 }\n')
  write('main.rs', 'fn main() { println!("{}", toy::answer()) }}\n')
  await expect(obtain(made)).rejects.toThrow(BuildFailure)
  one()
  expect(execFileSync((await obtain(made)).path, { encoding: 'utf8' })).toBe('1\n')
  expect(execFileSync(first.path, { encoding: 'utf8' })).toBe('1\n')
})

test('where zig cannot work, the build host builds the commit, and the record says both', async () => {
  const { workspace } = repository('good')
  const log = notes()
  const asked = options(workspace, 'toy', { env: noZig, buildHost: host(), log })
  const localBuild = ['cargo', 'build', '--profile', 'dev']
  const { path, record } = await obtain({ ...asked, binary: { ...asked.binary, localBuild } })
  expect(record.argv.slice(0, 4)).toEqual(localBuild)
  expect(record).toMatchObject({
    source: 'native',
    glibc: null,
    before: [{ source: 'zigbuild', reason: 'toolchain' }],
  })
  expect(execFileSync(path, ['x'], { encoding: 'utf8' })).toBe('toy ["x"]\n')
  expect(log.lines.join('\n')).toContain('building natively on the build host')
})

test("two checkouts of one project, one tool cache: neither gets the other's program", async () => {
  const [one, two] = [repository('good'), repository('good')]
  const made = options(one.workspace, 'toy')
  const first = await obtain(made)
  // The files of the second are older than the first build, as a copy that keeps times, or an earlier checkout, has
  // them.
  writeFileSync(join(two.workspace, 'src', 'main.rs'), 'fn main() { println!("the other"); }\n')
  execFileSync('find', [two.workspace, '-exec', 'touch', '-h', '-d', '2020-01-01', '{}', '+'])
  git(two.workspace, 'commit', '--quiet', '--all', '--message', 'other')
  const second = await obtain({ ...made, source: { kind: 'build', workspace: two.workspace, revision: null } })
  expect(second.record.sha256).not.toBe(first.record.sha256)
  expect(execFileSync(second.path, { encoding: 'utf8' })).toBe('the other\n')
})

test('a build script that fails on both sides names both', async () => {
  const { workspace } = repository('build-script')
  const failed = await failure(obtain(options(workspace, 'script', { buildHost: host() })))
  expect(failed).toBeInstanceOf(BuildFailure)
  expect(failed.facts).toMatchObject({
    kind: 'infra',
    code: 'I317',
    step: 'build',
    message: expect.stringContaining('Is `cmake` installed?'),
  })
  expect((failed as BuildFailure).before).toMatchObject([{ source: 'zigbuild', reason: 'toolchain' }])
})

test.each([
  ['no build host', (workspace: string) => options(workspace, 'toy', { env: noZig }), 'no build host'],
  ['no commit', () => options(fixtureCopy(), 'toy', { env: noZig, buildHost: host() }), 'needs a git commit'],
])('without zig and with %s nothing is built', async (_, given, words) => {
  expect((await failure(obtain(given(repository('good').workspace)))).facts).toMatchObject({
    kind: 'infra',
    code: 'I317',
    message: expect.stringContaining(words),
  })
})

test('uncommitted changes and a native build do not go together', async () => {
  const { workspace } = repository('good')
  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() {}\n')
  expect((await failure(obtain(options(workspace, 'toy', { env: noZig, buildHost: host() })))).facts).toMatchObject({
    kind: 'usage',
    code: 'U301',
  })
})

test('a project that does not compile is a product failure with places, and the build host is not asked', async () => {
  const { workspace } = repository('compile-error')
  const failed = await failure(
    obtain(
      options(workspace, 'broken', {
        buildHost: () => {
          throw new Error('asked')
        },
      }),
    ),
  )
  expect(failed.facts).toMatchObject({
    kind: 'product',
    code: 'P301',
    faults: expect.arrayContaining([
      { at: { file: 'src/main.rs', path: 'broken', line: 3, column: 22 }, message: 'E0308 mismatched types' },
    ]),
  })
  expect((failed as BuildFailure).errors.map(placed)).toContain('src/main.rs:3:22 E0308 mismatched types')
})

test('a source that moves while it is built is refused', async () => {
  const { workspace } = repository('good')
  let looks = 0
  // The second look at the clock is at the beginning of the build, where a person's editor saves a file.
  const editing = {
    ...clock,
    now: () => {
      if (++looks === 2) writeFileSync(join(workspace, 'src', 'late.rs'), '// late')
      return clock.now()
    },
  }
  expect((await failure(obtain(options(workspace, 'toy', { clock: editing })))).facts).toMatchObject({
    kind: 'busy',
    code: 'B303',
  })
})

test('a build script that writes into its source writes into a copy', async () => {
  const { workspace } = repository('good')
  writeFileSync(
    join(workspace, 'build.rs'),
    'fn main() { std::fs::write("src/main.rs", "fn main() { println!(\\"written\\"); }").unwrap(); }\n',
  )
  git(workspace, 'add', '.')
  git(workspace, 'commit', '--quiet', '--message', 'writes')
  const { path, record } = await obtain(options(workspace, 'toy'))
  expect(execFileSync(path, { encoding: 'utf8' })).toBe('written\n')
  expect(record.sandbox).toEqual({ kind: 'another user' })
  expect(git(workspace, 'status', '--porcelain')).toBe('')
})

test('a program that is a link out of the build is not read', async () => {
  const target = scratch()
  const link = join(target, 'toy')
  symlinkSync('/etc/shadow', link)
  expect(await isInside(link, target)).toBe(false)
  writeFileSync(join(target, 'other'), '')
  expect(await isInside(join(target, 'other'), target)).toBe(true)
  expect(await isInside('/bin/true', target)).toBe(false)
})

test('what a build read besides its commit is in its record: ignored, outside, settings above, a lock file just made', async () => {
  const { root, workspace } = repository('good')
  const outside = scratch()
  mkdirSync(join(outside, 'src'))
  writeFileSync(join(outside, 'Cargo.toml'), '[package]\nname = "shared"\nversion = "0.1.0"\nedition = "2021"\n')
  writeFileSync(join(outside, 'src', 'lib.rs'), 'pub const WORD: &str = "outside";\n')
  writeFileSync(
    join(workspace, 'Cargo.toml'),
    `${readFileSync(join(workspace, 'Cargo.toml'), 'utf8')}\n[dependencies]\nshared = { path = ${JSON.stringify(outside)} }\n`,
  )
  writeFileSync(
    join(workspace, 'src', 'main.rs'),
    'fn main() { println!("{} {}", shared::WORD, include_str!("../../word.txt")); }\n',
  )
  git(root, 'rm', '--quiet', '--cached', 'app/Cargo.lock')
  rmSync(join(workspace, 'Cargo.lock'))
  writeFileSync(join(root, '.gitignore'), 'word.txt\n')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'reads more than it holds')
  writeFileSync(join(root, 'word.txt'), 'ignored')
  const before = await readSource(workspace, never)
  const { path, record } = await obtain(options(workspace, 'toy'))
  expect(execFileSync(path, { encoding: 'utf8' })).toBe('outside ignored\n')
  expect(record.from).toMatchObject({ dirty: null })
  expect(record.uncommitted).toMatchObject({ count: 3 })
  expect(record.uncommitted?.paths.toSorted()).toEqual(
    ['app/Cargo.lock', 'word.txt', join(outside, 'src', 'lib.rs')].toSorted(),
  )
  // What the build itself wrote does not make another source of it.
  expect(await readSource(workspace, never)).toEqual(before)
})

test('a pointer of Git LFS in the place of its content is not built into a program', async () => {
  const { root, workspace } = repository('good')
  writeFileSync(
    join(workspace, 'src', 'list.bin'),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 25\n`,
  )
  writeFileSync(join(workspace, 'src', 'main.rs'), 'fn main() { println!("{}", include_str!("list.bin")); }\n')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'a pointer')
  expect((await failure(obtain(options(workspace, 'toy')))).facts).toMatchObject({
    code: 'U308',
    message: expect.stringContaining('app/src/list.bin'),
    remedy: 'git lfs pull',
  })
})

test.each([
  [
    'a submodule',
    (root: string) => {
      git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', repository('good').root, 'library')
    },
    '1 submodule (library)',
  ],
  [
    'files of Git LFS',
    (root: string) => {
      writeFileSync(join(root, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n')
      writeFileSync(join(root, 'list.bin'), 'x')
    },
    'the filter lfs made of 1 file (list.bin)',
  ],
  [
    'a dependency outside of the repository',
    (root: string) => {
      const manifest = join(root, 'app', 'Cargo.toml')
      writeFileSync(manifest, `${readFileSync(manifest, 'utf8')}\n[dependencies]\nshared = { path = "../../shared" }\n`)
    },
    'depends on 1 package (',
  ],
])('a commit with %s is not the whole source, and is not sent', async (_, add, words) => {
  const { root, workspace } = repository('good')
  add(root)
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'more')
  const before = [{ source: 'zigbuild', reason: 'toolchain', message: 'x' }] as const
  expect((await failure(obtain(options(workspace, 'toy', { before, buildHost: host() })))).message).toContain(words)
})

test('a given file is recorded as such; a script is refused', async () => {
  const { record, path } = await obtain(
    options('', 'true', { source: { kind: 'file', path: '/bin/true', sha256: '0'.repeat(64) } }),
  )
  expect(record).toMatchObject({
    source: 'file',
    from: { kind: 'file', path: '/bin/true' },
    toolchain: null,
    sha256: sha256(readFileSync('/bin/true')),
    elf: { machine: 'x86_64' },
  })
  expect(execFileSync(path)).toHaveLength(0)
  const cut = join(scratch(), 'cut')
  writeFileSync(cut, readFileSync('/bin/true').subarray(0, 40))
  expect(
    (await failure(obtain(options('', 'cut', { source: { kind: 'file', path: cut, sha256: '0'.repeat(64) } })))).facts,
  ).toMatchObject({ kind: 'usage', code: 'U304' })
})

test('what follows from a result is decided by its reason alone', () => {
  expect(
    (['compile', 'toolchain', 'usage'] as const).map((reason) =>
      afterZigbuild({ kind: 'failed', reason, errors: [], message: '' }),
    ),
  ).toEqual(['fail', 'native', 'fail'])
})

function fixtureCopy(): string {
  const dir = scratch()
  execFileSync('cp', ['-r', `${fixture('good')}/.`, dir])
  return dir
}
