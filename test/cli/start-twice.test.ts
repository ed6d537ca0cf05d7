/**
 * The same start typed twice, and a stop, as real processes: a living session is left alone, a dead one is gone on with,
 * and a stopped one ends with its process.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { stringify } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { reachedEntries } from '../kit/reached.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'
import { madeKey } from '../made-key.ts'
import { clean, home, root, scratch } from './cli.ts'

/** Nodes that take a connection and say nothing: SETUP lasts until its patience ends. */
const silent = createServer()
const running = new Set<ChildProcess>()
let words: readonly string[] = []
/** By every process, for a failure of the test. */
let said = ''

beforeAll(async () => {
  await new Promise<void>((listening) => silent.listen(0, listening))
  const fleet = join(scratch, 'fleet.yaml')
  const { port } = silent.address() as AddressInfo
  const node = (name: string, role: string, address: string) => ({
    name,
    host: address,
    ip: address,
    ssh_port: port,
    provider: 'here',
    region: 'here',
    role,
    nat: 'none',
    host_keys: [madeKey().public.trim()],
  })
  writeFileSync(
    fleet,
    stringify({
      name: 'silent',
      nodes: [node('a', 'registry', '127.0.0.1'), node('b', 'bootstrap', '127.0.0.2'), node('c', 'test', '127.0.0.3')],
    }),
  )
  const key = join(scratch, 'key')
  writeFileSync(key, madeKey().private, { mode: 0o600 })
  const binary = join(scratch, 'program')
  writeFileSync(binary, 'a program')
  words = ['start', 'testnet', 'connectivity', 'threshold', 'logs', '--repo', 'examples/testnet', '--fleet', fleet]
  words = [...words, '--key', key, '--binary', binary, '--yes']
})
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  silent.close()
  clean()
})

const begin = (): Running => command(words)
interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; stderr: string }>
}
function command(line: readonly string[]): Running {
  const child = spawn(process.execPath, [join(root, 'src/cli.ts'), ...line], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: scratch, VPS_TEST_HOME: home, VPS_TEST_CACHE: join(scratch, 'cache') },
  })
  running.add(child)
  let stderr = ''
  child.stderr.on('data', (d: Buffer) => {
    stderr += d.toString()
    said += d.toString()
  })
  const ended = new Promise<{ code: number | null; stderr: string }>((done) => {
    child.on('close', (code) => {
      running.delete(child)
      done({ code, stderr })
    })
  })
  return { child, ended }
}

const sessions = async (): Promise<readonly (readonly Entry[])[]> =>
  (await (await openGitLedger(join(home, 'testnet', 'ledger.git'))).all()).map(({ entries }) => reachedEntries(entries))

async function until(holds: (entries: readonly Entry[]) => boolean): Promise<readonly Entry[]> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await pause(50)) {
    const [entries = []] = await sessions()
    if (holds(entries)) return entries
  }
  throw new Error(`not within 30 s: ${JSON.stringify(await sessions())}; ${said}`)
}
const killed = async ({ child, ended }: Running): Promise<void> => {
  child.kill('SIGKILL')
  await ended
}

test('while the first one lives the second is refused and writes nothing; after its death it goes on', async () => {
  const first = begin()
  const before = await until((entries) => entries.at(-1)?.to === 'SETUP')
  const second = await begin().ended
  expect(second).toMatchObject({ code: 10, stderr: expect.stringMatching(/B007: process \d+ on \S+ works on session/) })
  expect(second.stderr).toContain(`process ${first.child.pid ?? ''} on `)
  expect(second.stderr).toMatch(/in SETUP since \d{4}-\d\d-\d\dT/)
  expect(second.stderr).toContain(`try: vps-test stop testnet --session ${before[0]?.session ?? ''}`)
  expect(await sessions()).toEqual([before])
  await killed(first)

  const third = begin()
  const after = await until((entries) => entries.length > before.length)
  expect(await sessions()).toHaveLength(1)
  expect(after.slice(0, before.length)).toEqual(before)
  expect(after[before.length]).toMatchObject({ from: 'SETUP', event: 'claimed', to: 'SETUP' })
  expect(after[before.length]?.facts['by']).toMatchObject({ kind: 'process', pid: third.child.pid })
  expect(after[before.length]?.why).toContain(`process ${first.child.pid ?? ''} on `)
  await killed(third)
})

test('a stop from another window ends the run itself, as stopped, and gives nothing back before that', async () => {
  const first = begin()
  const begun = await until((entries) => {
    const last = entries.at(-1)
    return last?.to === 'SETUP' && JSON.stringify(last.facts['by']).includes(`"pid":${first.child.pid ?? ''}`)
  })
  const session = begun[0]?.session ?? ''
  const key = words[words.indexOf('--key') + 1] ?? ''
  const stop = command(['stop', 'testnet', '--session', session, '--key', key])
  let stopEnded = false
  void stop.ended.then(() => {
    stopEnded = true
  })
  const told = await first.ended
  expect(stopEnded).toBe(false)
  expect(told).toMatchObject({ code: 30, stderr: expect.stringContaining('STOPPED: stopped by a person') })
  expect(told.stderr).not.toMatch(/B001|B008|fault of vps-test/)
  await killed(stop)
})

test('a session of the project that holds the fleet by another plan is named to whoever starts anew, with its end', async () => {
  const entries = story(['begin', 'confirmed', 'ready', 'built'], {
    session: 'testnet-left',
    plan: planOf({ project: 'testnet', fleet: labFleet(['registry', 'a'], 'silent') }),
    by: { kind: 'process', host: hostname(), pid: 2 ** 22 + 1 },
  })
  const ledger = await openGitLedger(join(home, 'testnet', 'ledger.git'))
  for (const entry of entries) await ledger.append('testnet-left', entry)
  const third = command([...words, '--soak', 'off'])
  let told = ''
  third.child.stderr?.on('data', (d: Buffer) => (told += d.toString()))
  while (!told.includes('after an interruption')) await pause(50)
  expect(told).toMatch(/session testnet-left holds the fleet by another plan: DEPLOY since /)
  expect(told).toContain('to end it: vps-test stop testnet --session testnet-left')
  await killed(third)
})
