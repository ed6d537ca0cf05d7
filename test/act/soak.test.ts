/**
 * A session from its dispatch over a regression and both checkpoints to COMPLETE, by the workflow files as they are:
 * ticks that come early, late, twice at once, and die in the middle.
 */
import { text } from '../../src/report/markdown.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../e2e/wait.ts'
import { tell } from './log.ts'
import { openScene, type Scene } from './scene.ts'
import { dueShift, hour, jobOf, leaseOn, newest, proofOf, ran, said, steps, tick } from './soaking.ts'

let scene: Scene
beforeAll(async () => {
  scene = await openScene({ lab: 'g3', nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7'] })
})
afterAll(async () => {
  await scene?.close()
})

const answers = { soak: 'on', project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' }
const firstLoop = [
  'IDLE begin INTERVIEW',
  'INTERVIEW confirmed SETUP',
  'SETUP ready BUILD',
  'BUILD built DEPLOY',
  'DEPLOY deployed TEST',
  'TEST begun TEST',
  'TEST passed WAIT_1HR',
]
const comment = (): string => scene.api.state.comments.map((c) => c.body).join('\n')

test('dispatched with the soak on: it waits, and says so wherever people look', async () => {
  const { api } = scene
  const title = '# @everyone **done** <img src=x onerror=alert(1)> [x](javascript:alert(1))'
  api.state.pulls.push({
    number: 7,
    title,
    state: 'open',
    sha: await scene.sha(),
    head: 'topic',
    base: 'main',
    fork: false,
    user: { login: 'somebody', type: 'User' },
  })
  api.state.environments.push(
    { name: 'vps-test-soak-1h', reviewers: 0, waitMinutes: 60, branchPolicy: false },
    { name: 'vps-test-soak-6h', reviewers: 0, waitMinutes: 360, branchPolicy: false },
  )
  const result = await scene.act({ inputs: answers })
  expect(result.code, tell(result.raw)).toBe(0)
  const { session, entries } = await newest(scene)
  expect(steps(entries)).toEqual(firstLoop)
  expect(session.waitUntil).toBe((entries.at(-1)?.at ?? 0) + hour * 1000)

  // Environments with timers are named and used; act does not wait as GitHub would, and nothing is claimed early.
  expect(result.job('advance')?.outputs).toMatchObject({
    'advance.wait-1h': 'vps-test-soak-1h',
    'advance.wait-6h': 'vps-test-soak-6h',
  })
  for (const name of ['soak-1h', 'soak-6h']) {
    expect(ran(result)).toContain(`${name}/vps-test-checkpoint/timer`)
    expect(jobOf(result, `${name}/vps-test-checkpoint/checkpoint`).log).toContain('nothing is done: not due')
  }

  const due = new Date(session.waitUntil ?? 0).toISOString()
  expect(api.state.comments).toEqual([
    expect.objectContaining({ issue: 7, body: expect.stringContaining(`WAIT\\_1HR is due ${due}`) as string }),
  ])
  expect(comment()).toContain(`| Of | ${text(title)} |`)
  expect(comment()).not.toMatch(/@everyone|<img|\*\*done/)
  expect(api.state.checks).toEqual([
    expect.objectContaining({
      name: expect.stringMatching(/^vps-test proof \(testnet, [\w.-]+\)$/) as string,
      sha: await scene.sha(),
      conclusion: 'success',
      title: expect.stringContaining(`WAIT_1HR is due ${due}`) as string,
    }),
  ])
  const readme = await scene.page('README.md')
  expect(readme).toMatch(new RegExp(`\`${session.id}\`.*\\*\\*WAIT\\\\_1HR\\*\\*.*${due}`))
  expect(readme).toContain(`\`${session.id}\` holds 4 nodes`)
})

test('a tick before it is due does nothing, whatever started it', async () => {
  const before = (await newest(scene)).entries.length
  for (const event of ['schedule', 'workflow_dispatch', 'workflow_run'] as const) {
    const result = await tick(scene, event === 'schedule' ? hour - 120 : 0, { event })
    expect(result.code, `${event}:\n${tell(result.raw)}`).toBe(0)
    expect(ran(result)).toEqual(['vps-test-soak/reconcile'])
    expect(said(result)).toContain('not due')
  }
  expect((await newest(scene)).entries).toHaveLength(before)
})

test('a program that died during the wait: the tick dies too, the next one takes over, and the whole loop runs again, compiled in a job of its own', async () => {
  const before = await newest(scene)
  await scene.lab.on('saorsa-7', 'systemctl kill -s KILL testnet-peer')
  await until(
    'systemd restarting the program',
    async () =>
      /^[1-9]\d*\nactive$/.test(
        (
          await scene.lab.on(
            'saorsa-7',
            'systemctl show testnet-peer -p NRestarts --value; systemctl is-active testnet-peer || true',
          )
        ).trim(),
      ),
    120_000,
    100,
  )

  const shiftSeconds = await dueShift(scene, 600)
  const dying = await scene.start({ workflow: 'vps-test-soak.yml', event: 'schedule', shiftSeconds })
  await dying.seen('checkpoint', /test: \d+ attempts/)
  dying.kill('checkpoint', 'SIGKILL')
  expect((await dying.done).job('checkpoint')?.result).toBe('failure')
  expect(steps((await newest(scene)).entries)).toEqual([...firstLoop, 'WAIT_1HR due TEST', 'TEST begun TEST'])
  // What a run that did not end may still record is not shown, and the check stays as it was.
  expect(scene.api.state.checks.at(-1)).toMatchObject({
    conclusion: 'success',
    title: expect.stringContaining('WAIT_1HR is due') as string,
  })

  const asGitHubSees = (status: 'in_progress' | 'completed') => {
    scene.api.state.runs = scene.api.state.runs.map((r) => (r.id === dying.number ? { ...r, status } : r))
  }
  asGitHubSees('in_progress')
  const waiting = await tick(scene, shiftSeconds)
  expect(ran(waiting)).toEqual(['vps-test-soak/reconcile'])
  expect(said(waiting)).toContain('works on it')
  asGitHubSees('completed')

  const result = await tick(scene, shiftSeconds)
  const { session, entries } = await newest(scene)
  expect(steps(entries).slice(firstLoop.length), tell(result.raw)).toEqual([
    'WAIT_1HR due TEST',
    'TEST begun TEST',
    'TEST claimed TEST',
    'TEST begun TEST',
    'TEST failed RESTART',
    'RESTART restart SETUP',
    'SETUP ready BUILD',
    'BUILD built DEPLOY',
    'DEPLOY deployed TEST',
    'TEST begun TEST',
    'TEST passed WAIT_1HR',
  ])
  expect(session.id).toBe(before.session.id)
  expect(entries.filter((e) => e.event === 'claimed').map((e) => e.why)).toEqual([
    expect.stringContaining(`run ${dying.number}`),
  ])
  expect(entries.find((e) => e.to === 'RESTART')?.why).toMatch(
    /regression at a soak checkpoint; .*testnet-peer.* died and was restarted/,
  )
  expect(result.jobs.map((job) => [job.id, job.result])).toEqual([
    ['reconcile', 'success'],
    ['checkpoint', 'success'],
    ['compile', 'success'],
    ['go-on', 'success'],
    ['report', 'success'],
  ])
  expect(comment()).toContain('died and was restarted')
})

test('two ticks at once: one takes the checkpoint, the other one finds nothing or was second', async () => {
  const before = await newest(scene)
  const shiftSeconds = await dueShift(scene, 600)
  const both = await Promise.all([tick(scene, shiftSeconds), tick(scene, shiftSeconds)])
  expect(
    both.map((r) => r.code),
    both.map((r) => tell(r.raw)).join('\n'),
  ).toEqual([0, 0])
  const { session, entries } = await newest(scene)
  expect(steps(entries.slice(before.entries.length))).toEqual([
    'WAIT_1HR due TEST',
    'TEST begun TEST',
    'TEST passed WAIT_6HR',
  ])
  expect(both.filter((r) => said(r).includes('WAIT_1HR → TEST'))).toHaveLength(1)
  expect(both.filter((r) => /another run was first|works on it|nothing is done/.test(said(r)))).toHaveLength(1)

  const [claim, , recorded] = entries.slice(before.entries.length).filter((e) => e.event !== 'recovered')
  const lateness = (claim?.at ?? 0) - (before.session.waitUntil ?? 0)
  expect(lateness).toBeGreaterThanOrEqual(600_000)
  expect(claim?.facts).toMatchObject({
    checkpoint: { name: 'WAIT_1HR', dueAt: before.session.waitUntil, takenAt: claim?.at, latenessMs: lateness },
    clockShift: shiftSeconds,
  })
  expect(recorded).toMatchObject({
    event: 'passed',
    facts: { checkpoint: { name: 'WAIT_1HR', latenessMs: lateness }, clockShift: shiftSeconds },
  })
  expect(scene.api.state.checks).toHaveLength(1)
  expect(scene.api.state.checks[0]).toMatchObject({
    conclusion: 'success',
    title: expect.stringContaining(`WAIT_6HR is due ${new Date(session.waitUntil ?? 0).toISOString()}`) as string,
  })
  expect(comment()).toMatch(/\| WAIT\\_1HR \| \S+ \| \S+ \| 10 min \d\d s \| passed/)
})

test('four hours late at the last one: taken, said, COMPLETE, on the same comment', async () => {
  const { api } = scene
  const before = await newest(scene)
  const result = await tick(scene, await dueShift(scene, 4 * hour))
  expect(result.code, tell(result.raw)).toBe(0)
  const { session, entries } = await newest(scene)
  expect(steps(entries.slice(before.entries.length))).toEqual([
    'WAIT_6HR due TEST',
    'TEST begun TEST',
    'TEST passed COMPLETE',
  ])
  expect(session.checkpointsTaken).toEqual(['WAIT_1HR', 'WAIT_6HR'])
  const proof = await proofOf(
    scene,
    entries.findLast((e) => e.event !== 'recovered'),
  )
  for (const text of [proof, comment()]) expect(text).toMatch(/4 h 00 min( \d\d s)? late/)
  expect(proof).toContain('the clock was moved by')
  expect(comment()).toContain('COMPLETE')
  expect(scene.api.state.comments).toHaveLength(1)
  const readme = await scene.page('README.md')
  expect(readme).toMatch(new RegExp(`\`${session.id}\`.*\\*\\*COMPLETE\\*\\*.*4 h 00 min`))
  expect(readme).toContain('No session holds a fleet')
  expect(await leaseOn(scene, 'saorsa-2')).toBe('free')
  expect(api.faults()).toEqual([])
})
