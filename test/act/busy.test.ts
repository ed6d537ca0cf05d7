/**
 * One fleet, two repositories: who comes second is refused, queued or supersedes; and sessions that end with a person's
 * yes.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cli } from '../e2e/cli.ts'
import type { ActResult } from './act.ts'
import { tell, type Annotation } from './log.ts'
import { openScene, type Scene } from './scene.ts'
import { jobOf, leaseOn, newest, ran, said, sessionsOf, steps, tick } from './soaking.ts'

const lab = 'g4'
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-7']
let first: Scene
let second: Scene
beforeAll(async () => {
  first = await openScene({ lab, nodes })
  second = await openScene({ lab, nodes, fleet: first.lab, repository: 'other/program' })
})
afterAll(async () => {
  await second?.close()
  await first?.close()
})

const answers = (more: Readonly<Record<string, string>>) => ({
  project: 'testnet',
  focus: 'connectivity',
  criteria: 'threshold',
  proof: 'all-evidence',
  soak: 'off',
  ...more,
})
const failure = (result: ActResult, job: string): Annotation | undefined =>
  jobOf(result, job).annotations.find((a) => a.kind === 'error')
const holder = 'saorsa-2'

test('a session that waits keeps the fleet: the other repository is refused, and told who has it until when', async () => {
  const held = await first.act({ inputs: answers({ soak: 'on', 'on-busy': 'refuse' }) })
  expect(held.code, tell(held.raw)).toBe(0)
  const waiting = await newest(first)
  expect(waiting.session.state).toBe('WAIT_1HR')
  expect(await leaseOn(first, holder)).toBe(waiting.session.id)

  const refused = await second.act({ inputs: answers({ 'on-busy': 'refuse' }) })
  expect(refused.code).not.toBe(0)
  expect(ran(refused).map((path) => path.replace('vps-test/', ''))).not.toContain('deploy')
  const { session, entries } = await newest(second)
  expect(steps(entries).at(-1)).toBe('SETUP unrecoverable STOPPED')
  const red = failure(refused, 'gate')
  for (const text of [session.why, `${red?.properties['title'] ?? ''} ${red?.message ?? ''}`]) {
    expect(text).toContain(`session ${waiting.session.id}`)
    expect(text).toMatch(/leased by .*someone\/program.* until 20\d\d-\d\d-\d\dT/)
  }
  expect(await leaseOn(first, holder)).toBe(waiting.session.id)
})

test('queued: red with its own title; when the first session is stopped, the schedule of the second goes on to the end', async () => {
  // Who does not wait in the job leaves the waiting to the schedule.
  const queued = await second.act({
    inputs: answers({ 'on-busy': 'queue', 'queue-minutes': '0', proof: 'manual-verify' }),
  })
  expect(queued.code).not.toBe(0)
  expect(jobOf(queued, 'setup').result).toBe('success')
  const before = await newest(second)
  expect(steps(before.entries)).toEqual(['IDLE begin INTERVIEW', 'INTERVIEW confirmed SETUP', 'SETUP queued SETUP'])
  const by = (await newest(first)).session.id
  expect(failure(queued, 'gate')?.properties['title']).toMatch(
    new RegExp(
      `^queued, the schedule goes on with it: someone/program run \\d+ has the fleet until 20\\d\\d-\\S+Z \\(session ${by}\\)`,
    ),
  )
  const readme = await second.page('README.md')
  expect(readme).toContain(`\`${before.session.id}\` waits for session \`${by}\``)
  const early = await tick(second, 0)
  expect(ran(early)).toEqual(['vps-test-soak/reconcile'])
  expect(said(early)).toContain('waits for the fleet')

  const stopped = await first.act({
    workflow: 'vps-test-ops.yml',
    inputs: { command: 'stop', project: 'testnet', fleet: first.fleetFile },
  })
  expect(stopped.code, tell(stopped.raw)).toBe(0)
  expect((await newest(first)).session.state).toBe('STOPPED')
  expect(await leaseOn(first, holder)).toBe('free')

  const result = await tick(second, 15 * 60)
  const { session, entries } = await newest(second)
  expect(session.id).toBe(before.session.id)
  expect(steps(entries).slice(3), tell(result.raw)).toEqual([
    'SETUP claimed SETUP',
    'SETUP ready BUILD',
    'BUILD built DEPLOY',
    'DEPLOY deployed TEST',
    'TEST begun TEST',
    'TEST passed AWAIT_APPROVAL',
  ])
  expect(await leaseOn(first, holder)).toBe('free')
  expect(said(result)).toMatch(
    /environment vps-test-approval does not exist, so nobody would be asked there; say it with: vps-test approve --remote/,
  )
  expect(ran(result).filter((path) => path.endsWith('/approve'))).toEqual([])
})

test('nobody to ask in an environment: it waits, says how to approve, and the command line does', async () => {
  const { session } = await newest(second)
  expect(session.state).toBe('AWAIT_APPROVAL')
  const approved = await cli(['approve', '--remote', second.remote, '--session', session.id], join(second.dir, 'home'))
  expect(approved.code, approved.err).toBe(0)
  const after = await newest(second)
  expect(steps(after.entries).at(-1)).toBe('AWAIT_APPROVAL approved COMPLETE')
  expect(after.entries.at(-1)?.facts).toMatchObject({ how: 'cli' })
  expect(await second.page('README.md')).toContain('**COMPLETE**')
})

test('superseded by a newer one of its branch; that one is approved in an environment', async () => {
  const held = await first.act({ inputs: answers({ soak: 'on', 'on-busy': 'refuse' }) })
  expect(held.code, tell(held.raw)).toBe(0)
  const older = await newest(first)
  first.api.state.environments.push({ name: 'vps-test-approval', reviewers: 1, waitMinutes: 0, branchPolicy: false })
  first.api.state.approvals.push({
    run: 500,
    environment: 'vps-test-approval',
    state: 'approved',
    by: 'ada',
    comment: 'looks **good**',
  })
  const result = await first.act({ run: 500, inputs: answers({ 'on-busy': 'supersede', proof: 'manual-verify' }) })
  expect(result.code, tell(result.raw)).toBe(0)
  const all = await sessionsOf(first)
  const newer = await newest(first)
  expect(steps(all.find((s) => s.session.id === older.session.id)?.entries ?? []).at(-1)).toBe(
    'WAIT_1HR superseded STOPPED',
  )
  expect(steps(newer.entries).slice(-2)).toEqual(['TEST passed AWAIT_APPROVAL', 'AWAIT_APPROVAL approved COMPLETE'])
  expect(newer.entries.at(-1)?.facts).toMatchObject({ approvedBy: 'ada', how: 'environment vps-test-approval' })
  expect(jobOf(result, 'advance').outputs['advance.approval-environment']).toBe('vps-test-approval')
  expect(await leaseOn(first, holder)).toBe('free')
  expect([...first.api.faults(), ...second.api.faults()]).toEqual([])
})
