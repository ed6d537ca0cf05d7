/** The operator's own machine: readers that go away, a result that cannot be written, descriptors that run out. */
import { spawn } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { parseFleet } from '../../src/inputs/fleet.ts'
import { planOf } from '../kit/plan.ts'
import { reachedEntries } from '../kit/reached.ts'
import { story } from '../kit/session.ts'
import { nodeOnNoNet, privateKey } from '../act/material.ts'
import { clean, cli, cliWith, root, scratch } from './cli.ts'

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

test('doctor says what the machine has and lacks, by both of its names; it fails only where something is missing', async () => {
  for (const words of [['doctor'], ['lab', 'doctor']]) {
    const { code, stdout } = await cli(...words, '--json')
    const checks = JSON.parse(stdout) as readonly { readonly name: string; readonly ok: boolean }[]
    expect(checks.map((check) => check.name)).toEqual(expect.arrayContaining(['root', 'iproute2']))
    expect(code).toBe(checks.every((check) => check.ok) ? 0 : 10)
  }
})

test('notify lists the ways to a person, and its test goes by each of them', async () => {
  expect(await cli('notify', '--json')).toMatchObject({ code: 0, stdout: '{"channels":[]}\n' })
  expect((await cli('notify', 'test')).code).toBe(2)
  const [program, heard] = [join(scratch, 'notify'), join(scratch, 'heard')]
  writeFileSync(program, `#!/bin/sh\nprintf %s "$1" > ${heard}\n`, { mode: 0o755 })
  const ways = { VPS_TEST_NOTIFY_COMMAND: program }
  expect(await cliWith(ways, 'notify', '--json')).toMatchObject({ code: 0, stdout: '{"channels":["command"]}\n' })
  expect((await cliWith(ways, 'notify', 'test')).code).toBe(0)
  expect(readFileSync(heard, 'utf8')).toContain('This is a test of vps-test')
})

test('nodes trust and diagnose of a fleet where nobody answers: each says so of the node, and nothing is pinned', async () => {
  const file = join(scratch, 'nowhere.yaml')
  writeFileSync(file, nodeOnNoNet(['one', 'two']))
  const before = readFileSync(file, 'utf8')
  const trusted = await cli('nodes', 'trust', 'one', '--fleet', file, '--yes')
  expect([trusted.code, trusted.stdout]).toEqual([10, expect.stringMatching(/^one: .*127\.0\.0\.2/) as string])
  expect(readFileSync(file, 'utf8')).toBe(before)
  const key = join(scratch, 'key-nowhere')
  writeFileSync(key, await privateKey(scratch, 'nowhere'), { mode: 0o600 })
  const looked = await cli('diagnose', 'two', '--fleet', file, '--key', key)
  expect([looked.code, looked.stdout]).toEqual([10, expect.stringContaining('127.0.0.3')])
})

test('one pair of an earlier session once more, where nobody answers any more: a session of its own, which says so', async () => {
  const home = join(scratch, 'home')
  const fleet = parseFleet(nodeOnNoNet(['one', 'two', 'three']), 'nowhere.yaml')
  const plan = planOf({ project: 'again', fleet })
  const ledger = await openGitLedger(join(home, 'again', 'ledger.git'))
  const steps = ['begin', ['confirmed', { soak: [], proof: 'logs' }], 'ready', 'built', 'deployed', 'begun'] as const
  for (const entry of story([...steps, 'failed', 'no-fix-command'], { session: 'again-1', plan }))
    await ledger.append('again-1', entry)
  const [key, program] = [join(scratch, 'key-again'), join(scratch, 'program')]
  writeFileSync(key, await privateKey(scratch, 'again'), { mode: 0o600 })
  // The kit's binary.
  writeFileSync(program, 'binary', { mode: 0o755 })
  const words = ['--session', 'again-1', '--pair', 'two:three', '--binary', program, '--key', key, '--yes', '--json']
  const { code, stdout, stderr } = await cli('test', ...words)
  expect([code, stdout], stderr).toEqual([10, expect.stringContaining('"state":"STOPPED"')])
  const own = (await ledger.all()).find(({ id }) => id !== 'again-1')
  expect(reachedEntries(own?.entries ?? []).map((e) => e.event)).toEqual([
    'begin',
    'confirmed',
    'recovered',
    'unrecoverable',
  ])
})
