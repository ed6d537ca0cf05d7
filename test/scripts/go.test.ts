/** The first stage: exit codes, signals and counts, by running it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'

const scripts = join(import.meta.dirname, '../../scripts')
const node = (
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly out: string; readonly err: string }> =>
  new Promise((done) => {
    execFile(process.execPath, args, { timeout: 30_000 }, (error, out, err) =>
      done({ code: error?.code ?? 0, out, err }),
    )
  })

const inProcess = (code: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `import { run } from ${JSON.stringify(pathToFileURL(join(scripts, 'stage/process.mjs')).href)}; ${code}`,
]

describe('go', () => {
  test('an unknown task names the known ones, exit 2', async () => {
    expect(await node([join(scripts, 'go.mjs'), 'dance'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('unknown task "dance"; one of: vps-test, demo') as string,
    })
    expect(await node([join(scripts, 'go.mjs'), 'toString'])).toMatchObject({ code: 2 })
  })
  test('the exit code of the program is ours', async () => {
    expect(await node(inProcess(`process.exitCode = await run('sh', ['-c', 'exit 30'])`))).toMatchObject({ code: 30 })
  })
  test('a program that dies of a signal gives 128 + its number', async () => {
    expect(await node(inProcess(`process.exitCode = await run('sh', ['-c', 'kill -KILL $$'])`))).toMatchObject({
      code: 137,
    })
  })
  test('a program that does not end in time is ended, 124', async () => {
    expect(await node(inProcess(`process.exitCode = await run('sleep', ['60'], { limitMs: 50 })`))).toMatchObject({
      code: 124,
    })
  })
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s goes to the program, which decides', async (signal) => {
    const child = spawn(
      process.execPath,
      inProcess(
        `process.exitCode = await run('sh', ['-c', 'trap "exit 7" INT TERM HUP; echo ready; read line; exit 9'])`,
      ),
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([7, null])
    child.stdin.end()
  })
})

describe('counts', () => {
  interface Counts {
    readonly passed: number
    readonly failed: number
    readonly skipped: number
  }
  const load = async () =>
    (await import(pathToFileURL(join(scripts, 'task/test.mjs')).href)) as {
      vitestCounts: (code: number, report: unknown) => Counts
      cargoCounts: (code: number, text: string) => Counts
    }

  test('vitest: its exit code has the last word', async () => {
    const { vitestCounts } = await load()
    const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 1, numTodoTests: 1, testResults: [] }
    expect(vitestCounts(1, report)).toMatchObject({ passed: 3, failed: 1, skipped: 2 })
    expect(vitestCounts(1, { ...report, numFailedTests: 0 })).toMatchObject({ failed: 1 })
    expect(
      vitestCounts(1, {
        ...report,
        numFailedTests: 0,
        testResults: [
          { status: 'failed', assertionResults: [] },
          { status: 'failed', assertionResults: [] },
        ],
      }),
    ).toMatchObject({ failed: 2 })
    expect(vitestCounts(1, undefined)).toMatchObject({ passed: 0, failed: 1 })
  })
  test('cargo: all results are summed, a failed build is one failure', async () => {
    const { cargoCounts } = await load()
    const text =
      'test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\ntest result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured\n'
    expect(cargoCounts(101, text)).toMatchObject({ passed: 6, failed: 3, skipped: 1 })
    expect(cargoCounts(101, 'error[E0432]')).toMatchObject({ passed: 0, failed: 1 })
  })
})

describe('through sudo', () => {
  test('our PATH and variables go along, secrets of others do not', async () => {
    const { throughSudo } = (await import(pathToFileURL(join(scripts, 'stage/root.mjs')).href)) as {
      throughSudo: (file: string, args: readonly string[], env: Record<string, string>) => readonly string[]
    }
    expect(
      throughSudo('node', ['x.ts', 'a b'], {
        HOME: '/home/u',
        PATH: '/n:/usr/bin',
        VPS_TEST_PROBE: '/c/p',
        CI: 'true',
        SOME_TOKEN: 's',
        LD_PRELOAD: 'x',
      }),
    ).toEqual([
      'sudo',
      '-n',
      'env',
      'CARGO_HOME=/home/u/.cargo',
      'RUSTUP_HOME=/home/u/.rustup',
      'HOME=/home/u',
      'VPS_TEST_PROBE=/c/p',
      'CI=true',
      'PATH=/n:/usr/bin:/usr/local/sbin:/usr/sbin:/sbin',
      'node',
      'x.ts',
      'a b',
    ])
  })
})
