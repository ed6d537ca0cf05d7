/**
 * What another job compiled is taken as data: the bytes and this checkout decide, and nothing is compiled beside the
 * key.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { recording } from '../../src/action/compiled.ts'
import { readSource } from '../../src/adapters/build/source.ts'
import type { BuildRecord } from '../../src/domain/build.ts'
import { compiledFault } from '../../src/domain/compiled.ts'
import { readElf } from '../../src/domain/elf.ts'
import { Failure } from '../../src/domain/failure.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Builder } from '../../src/ports.ts'

const dir = mkdtempSync(join(tmpdir(), 'vps-test-compiled-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const git = (...argv: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e', ...argv], { cwd: dir, encoding: 'utf8' })
git('init', '-q', '.')
writeFileSync(join(dir, 'Cargo.toml'), '[workspace]\n')
git('add', '.')
git('commit', '-qm', 'one')

const program = process.execPath
const bytes = readFileSync(program)
const from = await readSource(dir, AbortSignal.timeout(60_000))
const record: BuildRecord = {
  source: 'zigbuild',
  name: 'peer',
  sha256: sha256(bytes),
  bytes: bytes.length,
  elf: readElf(bytes),
  from,
  toolchain: { rustc: 'r', cargo: 'c', zigbuild: 'z', zig: 'z' },
  glibc: '2.31',
  argv: ['cargo'],
  seconds: 1,
  uncommitted: null,
  sandbox: { kind: 'another user' },
  before: [],
}
const built = { kind: 'built', record }
const planFor = (native = false): Plan =>
  ({ source: { kind: 'build', workspace: '.', revision: null, native }, config: { binary: { name: 'peer' } } }) as Plan

/** The builder of a job that has the key, with what an artifact holds. */
function builder(outcome: unknown, compiled = '5', file = program): Builder & { readonly native: number } {
  const counted = { native: 0 }
  const artifacts = {
    download: async (_: number, into: string) => {
      mkdirSync(into, { recursive: true })
      writeFileSync(join(into, 'outcome.json'), typeof outcome === 'string' ? outcome : JSON.stringify(outcome))
      if (file !== '') copyFileSync(file, join(into, 'current'))
    },
  }
  const job = {
    artifacts,
    context: { cwd: dir, signal: AbortSignal.timeout(60_000), terminal: { info: () => undefined } },
    inputs: { compiled, request: {} },
    facts: { run: '1', attempt: 1, temp: join(dir, '.git', 'temp') },
  }
  const inner: Builder = {
    obtain: async () => {
      counted.native++
      return { elsewhere: [] }
    },
  }
  const world = recording(job as never, { session: { id: 's' } } as never, { builder: inner } as never)
  return Object.assign(counted, { obtain: world.builder.obtain })
}
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((e: unknown) => (e instanceof Failure ? [e.facts.code, e.message] : e))

test('a program whose digest and commit are right; what its bytes say is read here, whatever was claimed', async () => {
  const lying = { ...built, record: { ...record, name: 'other', bytes: 1, elf: { isStatic: 'yes' } } }
  expect(await builder(lying).obtain(planFor(), [])).toEqual({ path: expect.any(String) as string, record })
})

test.each([
  ['another program', built, '/bin/sh', /the program is \w+ instead of/],
  ['no program', built, '', /no program/],
  [
    'another commit',
    { ...built, record: { ...record, from: { ...from, commit: 'f'.repeat(40) } } },
    program,
    /another source/,
  ],
  [
    'a dirty tree',
    { ...built, record: { ...record, from: { ...from, dirty: { digest: 'abc' } } } },
    program,
    /another source/,
  ],
  ['no JSON', '{', program, /no JSON/],
  ['no shape of ours', { kind: 'built', record: { ...record, argv: [1] } }, program, /record\.argv\[0\] is no text/],
  [
    'a build that is none of this job',
    { ...built, record: { ...record, source: 'native' } },
    program,
    /source is none of/,
  ],
  ['too long', JSON.stringify(built) + ' '.repeat(5 << 20), program, /readable size/],
])('%s is refused', async (_, outcome, file, words) => {
  expect(await codeOf(builder(outcome, '5', file).obtain(planFor(), []))).toEqual([
    'I153',
    expect.stringMatching(words),
  ])
})

test('a failure keeps its kind, code and places; one of the harness is none that can be handed over', async () => {
  const fault = {
    code: 'P301',
    message: 'it does not compile',
    faults: [{ at: { file: 'src/main.rs', path: 'peer', line: 3 }, message: 'E0308 mismatched types' }],
  }
  const error = await builder({ kind: 'failed', fault: { ...fault, remedy: 'rm -rf /' } })
    .obtain(planFor(), [])
    .catch((e: unknown) => e)
  expect(error).toMatchObject({ kind: 'product', facts: { ...fault } })
  expect((error as Failure).facts.remedy).not.toBe('rm -rf /')
  for (const code of ['H020', 'P999', 7])
    expect(compiledFault({ kind: 'failed', fault: { ...fault, code } })).toMatch(/code is no code/)
  expect(compiledFault({ kind: 'failed', fault: { ...fault, faults: Array(101).fill(fault.faults[0]) } })).toMatch(
    /100/,
  )
})

test('a toolchain that cannot: the build host is asked next, and what needs no compiling never asks for it', async () => {
  const before = [{ source: 'zigbuild', reason: 'toolchain', message: 'no libc' }] as const
  expect(await builder({ kind: 'elsewhere', before }).obtain(planFor(), [])).toEqual({ elsewhere: before })
  const nothing = builder('', '')
  await nothing.obtain(planFor(), before)
  await nothing.obtain(planFor(true), [])
  expect(nothing.native).toBe(2)
  expect(await codeOf(nothing.obtain(planFor(), []))).toEqual(['H025', expect.stringContaining('nothing was compiled')])
  expect(nothing.native).toBe(2)
})
