/** The operator's own machine: readers that go away, a result that cannot be written, descriptors that run out. */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { clean, root, scratch } from './cli.ts'

afterAll(clean)
const plan = ['plan', 'testnet', 'connectivity', 'threshold', 'logs', '--repo', 'examples/testnet', '--fleet', 'saorsa']
const env = { PATH: process.env['PATH'], HOME: scratch, VPS_TEST_HOME: join(scratch, 'home') }

async function run(
  args: readonly string[],
  closed: 'stdout' | 'stderr' | null,
  stdout: 'pipe' | number = 'pipe',
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [join(inject('bundle'), 'cli.js'), ...args], {
    cwd: root,
    stdio: ['ignore', stdout, 'pipe'],
    env,
    timeout: 120_000,
  })
  if (closed !== null) child[closed]?.destroy()
  const said = { out: '', err: '' }
  child.stdout?.on('data', (d: Buffer) => {
    said.out += d.toString()
  })
  child.stderr?.on('data', (d: Buffer) => {
    said.err += d.toString()
  })
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  return { code, ...said }
}

test('a reader that goes away ends nothing and changes no exit code', async () => {
  const start = ['start', ...plan.slice(1)]
  expect((await run(start, null)).code).toBe(2)
  expect((await run(start, 'stderr')).code).toBe(2)
  expect((await run(start, 'stdout')).code).toBe(2)
  expect((await run(plan, 'stdout')).code).toBe(0)
  expect((await run(plan, 'stderr')).code).toBe(0)
})

test('a result that cannot be written is no success', async () => {
  const { code, err } = await run(plan, null, openSync('/dev/full', 'w'))
  expect(err).toContain('I103: this machine: no space is left')
  expect(err).not.toContain('    at ')
  expect(code).toBe(10)
})
