/** Which failed builds are tried again here, how often, and how otherwise. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buildAgain, emptyTargets, type Again } from '../../src/adapters/build/build-again.ts'
import type { BuildFailed, BuildResult } from '../../src/domain/build.ts'
import { classifyBuild } from '../../src/domain/cargo-failure.ts'
import { emptyRun } from '../../src/domain/cargo-messages.ts'
import { againRuleOf, roomForBuild } from '../../src/domain/recovery/build-again.ts'
import type { Fired } from '../../src/domain/recovery/firing.ts'
import type { RuleId } from '../../src/domain/recovery/rules.ts'

const place = mkdtempSync(join(tmpdir(), 'again-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const failed = (stderr: string): BuildFailed => ({ kind: 'failed', ...classifyBuild(emptyRun, stderr) })
const fetch = failed('error: failed to download `x v1`\n\nCaused by:\n  Could not resolve host: crates.lab')
const killed = failed('error: could not compile `x` (bin "x")\n\nCaused by:\n  process (signal: 9, SIGKILL: kill)')
const full = failed('error: failed to write /x/y: No space left on device (os error 28)')

test.each([
  ['a dependency that cannot be fetched', fetch, Infinity, 'build-fetch'],
  ['one that asks for credentials', failed('error: failed to get `x`\nCaused by: got 401'), Infinity, null],
  ['a compiler that is killed', killed, Infinity, 'build-out-of-memory'],
  ['one that is killed on a disk that is full as well', killed, 0, 'build-out-of-memory'],
  ['a full disk', full, roomForBuild - 1, 'build-disk-full'],
  ['a linker that says nothing, on a full disk', { ...fetch, message: 'linking failed' }, 1 << 20, 'build-disk-full'],
  ['the word of a full disk where there is room', full, roomForBuild, null],
  ['code that says so itself', { ...fetch, reason: 'compile' as const }, Infinity, null],
])('%s', (_, result, free, rule) => expect(againRuleOf(result, free)).toBe(rule))

async function run(results: readonly BuildResult[]) {
  const fired: (readonly [RuleId, Fired])[] = []
  const tried: Again[] = []
  const slept: number[] = []
  const end = await buildAgain(
    async (again) => {
      tried.push(again)
      return results[Math.min(tried.length, results.length) - 1] ?? expect.fail('no result')
    },
    {
      targets: { path: place, remove: async (dir) => rmSync(dir, { recursive: true, force: true }) },
      targetDir: join(place, 'own'),
      recoveries: { fire: (rule, f) => void fired.push([rule, f]) },
      clock: { now: () => 0, monotonic: () => 0, sleep: async (ms) => void slept.push(ms) },
      signal: new AbortController().signal,
    },
  )
  return { end, tried, slept, fired: fired.map(([rule, f]) => [rule, f.nth, f.usedUp === true] as const) }
}

test('a fetch is tried three times in all, then it is the toolchain’s', async () => {
  const { end, tried, slept, fired } = await run([fetch])
  expect([tried.length, slept]).toEqual([3, [2000, 10_000]])
  expect(fired).toEqual([
    ['build-fetch', 1, false],
    ['build-fetch', 2, false],
    ['build-fetch', 2, true],
  ])
  expect(end).toEqual(fetch)
})

test('a killed compiler gets one job, once', async () => {
  const { tried, fired } = await run([killed])
  expect(tried).toEqual([{ jobs: null }, { jobs: 1 }])
  expect(fired).toEqual([
    ['build-out-of-memory', 1, false],
    ['build-out-of-memory', 1, true],
  ])
})

test('the project’s own errors are tried once', async () => {
  const { tried, fired } = await run([{ kind: 'failed', reason: 'compile', errors: [], message: 'E0308' }])
  expect([tried.length, fired]).toEqual([1, []])
})

test('room is made of old targets of ours and of this build’s own, never of a young one of another', async () => {
  for (const name of ['own/debug', 'old', 'young']) mkdirSync(join(place, name), { recursive: true })
  utimesSync(join(place, 'old'), 1, 1)
  await emptyTargets({
    targets: { path: place, remove: async (dir) => rmSync(dir, { recursive: true, force: true }) },
    targetDir: join(place, 'own'),
  })
  expect(['own', 'own/debug', 'old', 'young'].map((n) => existsSync(join(place, n)))).toEqual([
    true,
    false,
    false,
    true,
  ])
})
