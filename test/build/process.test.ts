import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { runTool } from '../../src/adapters/build/process.ts'
import { sandboxEnvironment } from '../../src/adapters/sandbox/policy.ts'
import { Failure } from '../../src/domain/failure.ts'
import { never, scratch } from './world.ts'

const codeOf = async (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => 'no failure',
    (e: unknown) => (e instanceof Failure ? e.facts.code : e),
  )
/** A child and a grandchild that both ignore a polite end; their pids go to a file. */
const stubborn = (file: string): [string, ...string[]] => [
  'sh',
  '-c',
  `trap '' TERM; sh -c 'trap "" TERM; echo $$; while :; do sleep 1; done' > '${file}' & wait; while :; do sleep 1; done`,
]
const gone = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === true
  } catch {
    return true
  }
}
/** Milliseconds for what comes at once on an idle machine. */
const patient = 30_000
const grandchild = async (file: string): Promise<number> =>
  vi.waitFor(() => {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    expect(pid).toBeGreaterThan(1)
    return pid
  }, patient)

test('an exit code is a result, and both streams come by lines', async () => {
  const lines: string[] = []
  const done = await runTool(['sh', '-c', 'echo one; echo two >&2; printf three; exit 7'], {
    timeoutMs: 5000,
    signal: never,
    onLine: (l) => lines.push(l),
    onErrorLine: (l) => lines.push(`err ${l}`),
  })
  expect(done).toMatchObject({ code: 7, signal: null, stdout: 'one\nthree', stderr: 'two\n' })
  expect(lines.toSorted()).toEqual(['err two', 'one', 'three'])
})

test('an abort ends the whole process group, even one that ignores it', async () => {
  const file = join(scratch(), 'pid'),
    stop = new AbortController()
  const running = runTool(stubborn(file), { timeoutMs: 60_000, signal: stop.signal })
  const pid = await grandchild(file)
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  await vi.waitFor(() => {
    expect(gone(pid)).toBe(true)
  }, patient)
})

test('a timeout ends the whole process group and is named', async () => {
  const file = join(scratch(), 'pid')
  const running = codeOf(runTool(stubborn(file), { timeoutMs: 800, signal: never }))
  const pid = await grandchild(file)
  expect(await running).toBe('I302')
  await vi.waitFor(() => {
    expect(gone(pid)).toBe(true)
  }, patient)
})

test('a program that is not there is named', async () => {
  expect(await codeOf(runTool(['vps-test-no-such-program'], { timeoutMs: 5000, signal: never }))).toBe('I301')
})

test('build scripts see of our environment what is named, and nothing that is a secret by name or look', () => {
  const env = sandboxEnvironment({
    PATH: '/bin',
    SSH_AUTH_SOCK: 'x',
    AWS_PROFILE: 'x',
    CARGO_REGISTRIES_OURS_TOKEN: 'x',
    CARGO_HTTP_PROXY: 'http://me:x@proxy.example',
    RUSTFLAGS_OLD: 'x',
    CFLAGS: `-DTOKEN=ghp_${'a'.repeat(36)}`,
    INPUT_SSH_KEY: 'x',
    GITHUB_TOKEN: 'x',
    ACTIONS_RUNTIME_TOKEN: 'x',
    ACTIONS_ID_TOKEN_REQUEST_URL: 'x',
    GH_TOKEN: 'x',
    VPS_TEST_SSH_KEY: 'x',
    CARGO_HOME: '/c',
    RUSTFLAGS: '-g',
    CARGO_NET_OFFLINE: 'true',
  })
  expect(env).toEqual({
    PATH: '/bin',
    RUSTFLAGS: '-g',
    CARGO_NET_OFFLINE: 'true',
    LC_ALL: 'C.UTF-8',
    CARGO_TERM_COLOR: 'never',
    CARGO_TERM_PROGRESS_WHEN: 'never',
  })
})
