/**
 * The Action as the runner starts it, without a lab: the issue that asks a person says how, is told what became of it,
 * and is closed.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Issue } from '../loopback/github-state.ts'
import { stories } from './sessions.ts'
import { answers, openTested, type Tested } from './tested.ts'

let t: Tested
beforeAll(async () => {
  t = await openTested()
})
afterAll(async () => {
  await t.runner.close()
})
afterEach(() => {
  t.settled()
})

const issueOf = (session: string): Issue | undefined =>
  t.runner.api.state.issues.find((i) => i.body.startsWith(`<!-- vps-test:${session} -->`))
const lastLine = (issue: Issue | undefined): string => issue?.body.trimEnd().split('\n').at(-1) ?? ''
const url = 'https://github.com/someone/program.git'

/** Asks about it, as the job after a test does. */
async function ask(session: string): Promise<void> {
  expect((await t.runner.step('advance', { inputs: { session } })).code).toBe(0)
  expect(issueOf(session)).toMatchObject({ state: 'open', labels: ['vps-test'] })
}

describe('a session that waits for approval', () => {
  test('approved in its environment: its issue says so and is closed as completed', async () => {
    const session = t.put(stories.approving)
    await ask(session)
    t.runner.api.state.approvals.push({
      run: 101,
      environment: 'vps-test-approval',
      state: 'approved',
      by: 'bob',
      comment: '',
    })
    expect((await t.runner.step('approve', { inputs: { session } })).outputs['state']).toBe('COMPLETE')
    expect(t.runner.api.state.issues).toHaveLength(1)
    expect(issueOf(session)).toMatchObject({
      state: 'closed',
      reason: 'completed',
      title: expect.stringMatching(/^vps-test testnet-\S+: passed: direct 40\/40, relay 9\/10$/) as string,
    })
    expect(issueOf(session)?.body).toContain('in COMPLETE')
    expect(lastLine(issueOf(session))).toBe('The session has ended: nobody is asked any more.')
  })

  test('the command that its issue gives works on any machine; the next tick of the schedule closes the issue', async () => {
    const session = t.put(stories.approving)
    await ask(session)
    const [yes, no] = [...lastLine(issueOf(session)).matchAll(/`([^`]+)`/g)].map((m) => m[1] ?? '')
    expect([yes, no]).toEqual([
      `vps-test approve --remote ${url} --session ${session}`,
      `vps-test approve --reject --remote ${url} --session ${session}`,
    ])
    // The same words, on the remote that stands for GitHub's here.
    const words = (yes ?? '').replace(url, t.runner.remote).split(' ').slice(1)
    execFileSync(process.execPath, [join(inject('bundle'), 'cli.js'), ...words], {
      env: { PATH: process.env['PATH'], HOME: t.runner.dir, VPS_TEST_HOME: join(t.runner.dir, 'laptop') },
      timeout: 30_000,
      stdio: 'pipe',
    })
    expect((await t.path(session)).at(-1)).toBe('approved')
    expect(issueOf(session)?.state).toBe('open')
    expect((await t.runner.step('soak')).code).toBe(0)
    expect(issueOf(session)).toMatchObject({ state: 'closed', reason: 'completed' })
    const before = t.runner.api.requests().length
    expect((await t.runner.step('soak')).code).toBe(0)
    expect(
      t.runner.api
        .requests()
        .slice(before)
        .filter((r) => !r.startsWith('GET ')),
    ).toEqual([])
  })

  test('stopped by a person: closed', async () => {
    const session = t.put(stories.approving)
    await ask(session)
    const end = await t.runner.step('stop', { inputs: { session } })
    // No node answers here: the session has ended, and what runs there is told to be as it was.
    expect([end.code, end.out]).toEqual([10, expect.stringContaining('its service stays as it is')])
    expect(issueOf(session)).toMatchObject({ state: 'closed', title: expect.stringContaining('stopped') as string })
  })
})

test('a session that waits for a push goes on with it: its issue says so and is closed', async () => {
  const session = t.put(stories.failed)
  await ask(session)
  expect(lastLine(issueOf(session))).toMatch(
    new RegExp(
      `^A push onto \`main\` continues it at BUILD\\. To end it: \`vps-test stop testnet --remote ${url} --session ${session}\`$`,
    ),
  )
  const end = await t.runner.step('plan', { inputs: answers, event: 'push', run: '120' })
  expect(end).toMatchObject({ code: 0, outputs: { session, state: 'BUILD' } })
  expect(issueOf(session)).toMatchObject({ state: 'closed', reason: 'completed' })
  expect(lastLine(issueOf(session))).toBe('The session goes on: nobody is asked any more.')
})

test('an issue of somebody else that holds our marker is not touched, and none is made to be closed', async () => {
  const [session, other] = [t.put(stories.approving), t.put(stories.approving)]
  const theirs: Issue = {
    number: 1,
    title: 'mine',
    body: `<!-- vps-test:${session} -->\nmine`,
    state: 'open',
    labels: ['vps-test'],
    user: { login: 'mallory', type: 'User' },
  }
  t.runner.api.state.issues.push(
    { ...theirs },
    {
      ...theirs,
      number: 2,
      body: `quoted: <!-- vps-test:${session} -->`,
      user: { login: 'github-actions[bot]', type: 'Bot' },
    },
  )
  for (const one of [session, other]) {
    t.runner.api.state.approvals.push({
      run: 101,
      environment: 'vps-test-approval',
      state: 'approved',
      by: 'bob',
      comment: '',
    })
    expect((await t.runner.step('approve', { inputs: { session: one } })).outputs['state']).toBe('COMPLETE')
  }
  expect(t.runner.api.state.issues).toMatchObject([
    { number: 1, title: 'mine', state: 'open' },
    { number: 2, title: 'mine', state: 'open' },
  ])
})

test('a session that nobody was ever asked about: GitHub is not asked for its issue either', async () => {
  const session = t.put(stories.passed)
  const before = t.runner.api.requests().length
  expect((await t.runner.step('advance', { inputs: { session } })).code).toBe(0)
  expect(t.runner.api.requests().slice(before)).toEqual([])
})

test('without the permission: a warning that names it, and the job is not worse for it', async () => {
  const session = t.put(stories.approving)
  await ask(session)
  t.runner.api.state.denied.push('issues/update')
  t.runner.api.state.approvals.push({
    run: 101,
    environment: 'vps-test-approval',
    state: 'approved',
    by: 'bob',
    comment: '',
  })
  const end = await t.runner.step('approve', { inputs: { session } })
  expect(end).toMatchObject({ code: 0, outputs: { state: 'COMPLETE' } })
  expect(end.commands.join('\n') + end.out).toMatch(/no issue could be written: the token may not close issue #\d+/)
  expect(issueOf(session)?.state).toBe('open')
})
