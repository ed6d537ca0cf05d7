/**
 * A Rust workspace that `init` gave its workflows: a push runs our reusable ones on the lab to COMPLETE, and the
 * caller's own schedule takes the checkpoints, or says that it missed one.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseDocument } from 'yaml'
import pkg from '../../package.json' with { type: 'json' }
import { run } from '../e2e/cli.ts'
import { root } from '../workflows/tools.ts'
import { tell } from './log.ts'
import { openScene, type Scene } from './scene.ts'
import { dueShift, hour, jobOf, leaseOn, newest, ran, said, steps, tick } from './soaking.ts'

/** What `init` pins by itself. */
const refs = [`v${pkg.version}`]
const loop = [
  'IDLE begin INTERVIEW',
  'INTERVIEW confirmed SETUP',
  'SETUP ready BUILD',
  'BUILD built DEPLOY',
  'DEPLOY deployed TEST',
  'TEST begun TEST',
]
let scene: Scene
/** Takes what people are told, as a chat's webhook would. */
const told: { readonly event: string; readonly session: string; readonly line: string }[] = []
const receiver = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    told.push(JSON.parse(Buffer.concat(parts).toString('utf8')) as (typeof told)[number])
    response.writeHead(204).end()
  })
})
/** Of one secret: an address that is a key, and what signs. */
const ways = (): Readonly<Record<string, string>> => ({
  VPS_TEST_NOTIFY: `VPS_TEST_WEBHOOK_URL=http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hidden-address\nVPS_TEST_WEBHOOK_SECRET=hidden-secret\n`,
})
beforeAll(async () => {
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
  scene = await openScene({
    lab: 'g5',
    nodes: [],
    caller: true,
    change: (dir) => {
      rmSync(join(dir, 'vps-test.yaml'))
    },
  })
  await run(
    process.execPath,
    [join(root, 'src/cli.ts'), 'init', '--dir', scene.workspace, '--fleet', 'fleets/lab.yaml'],
    { timeout: 120_000 },
  )
  await scene.commit('vps-test', (dir) => {
    mkdirSync(join(dir, 'fleets'))
    copyFileSync(scene.fleetFile, join(dir, 'fleets/lab.yaml'))
    // A person would do the same for a small fleet and quick runs; all else stays as generated.
    const file = join(dir, 'vps-test.yaml')
    const config = parseDocument(readFileSync(file, 'utf8'))
    config.setIn(['notifications', 'on_events'], ['start', 'wait_start', 'complete', 'error'])
    config.setIn(['deploy', 'nodes'], ['saorsa-1', 'saorsa-2', 'saorsa-7'])
    for (const [key, value] of Object.entries({ nat_cooloff_seconds: 0, timeout_seconds: 6, sample_floor: 2 }))
      config.setIn(['tests', 'connectivity', key], value)
    writeFileSync(file, config.toString())
  })
})
afterAll(async () => {
  receiver.close()
  await scene?.close()
})

test("a push: nobody is asked, no checkpoint is waited for, the ledger is in the caller's repository", async () => {
  expect(existsSync(join(scene.workspace, '.github/workflows/vps-test.yml'))).toBe(true)
  const result = await scene.act({ event: 'push', refs })
  expect(result.code, tell(result.raw)).toBe(0)
  expect(result.jobs.map((job) => job.id)).toEqual([
    'plan',
    'setup',
    'compile',
    'build',
    'deploy',
    'test',
    'collect-proof',
    'advance',
    'report',
    'gate',
  ])
  expect(ran(result)[0]).toBe('vps-test/vps-test/plan')
  const { session, entries } = await newest(scene)
  expect(steps(entries)).toEqual([...loop, 'TEST passed COMPLETE'])
  expect(session.origin).toMatchObject({
    repository: 'someone/program',
    event: 'push',
    branch: 'main',
    commit: await scene.sha(),
  })
  expect(await scene.page('README.md')).toMatch(new RegExp(`\`${session.id}\`.*\\*\\*COMPLETE\\*\\*`))
  expect(scene.api.state.checks).toEqual([
    expect.objectContaining({
      name: expect.stringMatching(/^vps-test proof \(testnet, [\w.-]+\)$/) as string,
      conclusion: 'success',
    }),
  ])
})

test("a dispatch: the caller's schedule takes the first checkpoint, and people are told", async () => {
  expect(told).toEqual([])
  const result = await scene.act({
    refs,
    secrets: ways(),
    inputs: { fleet: 'fleets/lab.yaml', soak: 'on', 'on-busy': 'refuse' },
  })
  expect(result.code, tell(result.raw)).toBe(0)
  expect((await newest(scene)).session.state).toBe('WAIT_1HR')
  const due = await tick(scene, await dueShift(scene, 300), { refs, secrets: ways() })
  const { session, entries } = await newest(scene)
  expect(steps(entries), tell(due.raw)).toEqual([
    ...loop,
    'TEST passed WAIT_1HR',
    'WAIT_1HR due TEST',
    'TEST begun TEST',
    'TEST passed WAIT_6HR',
  ])
  expect(ran(due)).toEqual([
    'soak/vps-test-soak/reconcile',
    `${session.id}/vps-test-checkpoint/checkpoint`,
    `${session.id}/vps-test-checkpoint/report`,
  ])
  expect(told.map(({ event, session: of }) => `${event} ${of}`)).toEqual(
    ['start', 'wait_start', 'wait_start'].map((event) => `${event} ${session.id}`),
  )
  expect(told[2]?.line).toBe('testnet: passed. The next test follows in 6 hours.')
  expect(`${said(result)}${said(due)}`).not.toMatch(/hidden-(?:address|secret)/)
})

test('more than a day late: missed, inconclusive, told a person, the fleet given back', async () => {
  const before = await newest(scene)
  expect(await leaseOn(scene, 'saorsa-7')).toBe(before.session.id)
  const result = await tick(scene, await dueShift(scene, 25 * hour), { refs })
  const { session, entries } = await newest(scene)
  expect(session.id).toBe(before.session.id)
  expect(steps(entries).slice(-2), tell(result.raw)).toEqual(['TEST passed WAIT_6HR', 'WAIT_6HR missed STOPPED'])
  expect(entries.at(-1)?.why).toMatch(/a checkpoint was missed; due \S+, nobody took it until \S+: more than 24 h late/)
  expect(jobOf(result, 'checkpoint')).toMatchObject({ result: 'failure', outputs: { 'soak.state': 'STOPPED' } })
  expect(said(result)).toContain('WAIT_6HR → STOPPED')
  expect(jobOf(result, 'checkpoint').annotations.map((a) => a.message)).toContainEqual(
    expect.stringContaining('exit code 30'),
  )
  expect(await leaseOn(scene, 'saorsa-7')).toBe('free')
  expect(scene.api.state.checks.at(-1)).toMatchObject({
    conclusion: 'failure',
    title: expect.stringMatching(/^stopped \(counts as a failure\): a checkpoint was missed/) as string,
  })
  expect(scene.api.state.issues).toEqual([
    expect.objectContaining({ state: 'open', title: expect.stringContaining('a checkpoint was missed') as string }),
  ])
  expect(await scene.page('README.md')).toMatch(new RegExp(`\`${session.id}\`.*\\*\\*STOPPED\\*\\*.*missed`))
  expect(scene.api.faults()).toEqual([])
})
