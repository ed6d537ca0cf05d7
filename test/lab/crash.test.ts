/** `up` killed with SIGKILL at every stage: one `down` removes what it left, and `up` straight after works too. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { labDown, labStatus, labUp, loadTopology } from '../../src/lab/lab.ts'
import { layoutOf } from '../../src/lab/layout.ts'
import { lock } from '../../src/lab/lock.ts'
import { cgroups, leftovers, namespaces, needRoot, processes, state } from './leftovers.ts'

const id = 't2'
const file = new URL('./fixtures/four.topology.yaml', import.meta.url).pathname
const log = { info: () => undefined, warn: () => undefined, progress: () => undefined }
const o = { id, log, signal: AbortSignal.timeout(300_000) }
const topology = loadTopology(readFileSync(file, 'utf8'), file)
const dir = `/var/lib/vps-test/lab-${id}`

beforeAll(async () => {
  needRoot()
  await labDown(o)
})
afterAll(() => labDown(o))

const begin = (): ChildProcess =>
  spawn(process.execPath, [new URL('./fixtures/up.ts', import.meta.url).pathname, id, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Kills `up` as soon as `reached` holds; true if it was still running then. */
async function killedWhen(reached: () => boolean): Promise<boolean> {
  const child = begin()
  const ended = once(child, 'close')
  await expect.poll(() => reached() || child.exitCode !== null, { timeout: 20_000, interval: 1 }).toBe(true)
  const running = child.exitCode === null
  child.kill('SIGKILL')
  await ended
  return running
}

test.each([
  ['its state directory exists', () => state(id).length > 0],
  ['its cgroup exists', () => cgroups(id).length > 0],
  ['the first namespace exists', () => namespaces(id).length > 0],
  ['all namespaces exist and are being wired', () => namespaces(id).length >= 8],
  ['the root trees are being grown', () => existsSync(`${dir}/nodes/saorsa-2/root/etc`)],
  ['the first node boots', () => existsSync(`${dir}/nodes/saorsa-1/usr.work`)],
  [
    'the last node boots',
    () => existsSync(`${dir}/nodes/saorsa-10/root/var/log/journal`) && processes(id).some((p) => p.includes('sshd')),
  ],
])('killed when %s', async (_, reached) => {
  expect(await killedWhen(reached)).toBe(true)
  await labDown(o)
  expect(leftovers(id)).toEqual([])
})

test('a lab outlives the process that made it', async () => {
  const child = begin()
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(0)
  const status = await labStatus(o)
  expect([status.phase, status.shaping, ...status.nodes.map((n) => `${n.name} ${n.up} ${n.box}`)]).toEqual([
    'up',
    'none',
    'saorsa-1 true none',
    'saorsa-2 true none',
    'saorsa-5 true address-restricted',
    'saorsa-10 true symmetric',
  ])
})

test('a half-up lab is taken down and made anew; who comes meanwhile is told who is at it', async () => {
  await labDown(o)
  await killedWhen(() => namespaces(id).length >= 8)
  const making = labUp({ ...o, topology, shaping: 'none' })
  await expect
    .poll(() =>
      lock(layoutOf(id), 'down', 50, o.signal).then(
        (held) => held[Symbol.asyncDispose](),
        (e: unknown) => e,
      ),
    )
    .toMatchObject({
      facts: { kind: 'busy', code: 'B201', message: `the lab ${id} is busy with up, process ${process.pid}` },
    })
  expect((await making).nodes.map((n) => n.hostKeys.length)).toEqual([1, 1, 1, 1])
})

test('a lab that its check refuses does not stay', async () => {
  const refusing = labUp({
    ...o,
    topology: { ...topology, natTimeoutFactor: 20 },
    shaping: 'none',
    verify: () => Promise.reject(new Error('mislabelled')),
  })
  await expect(refusing).rejects.toThrow('mislabelled')
  expect(leftovers(id)).toEqual([])
})

test('a directory that no lab made is left alone', async () => {
  mkdirSync(dir, { recursive: true })
  writeFileSync(`${dir}/precious`, '')
  await expect(labDown(o)).rejects.toMatchObject({ facts: { code: 'I206' } })
  expect(existsSync(`${dir}/precious`)).toBe(true)
  rmSync(dir, { recursive: true })
})
