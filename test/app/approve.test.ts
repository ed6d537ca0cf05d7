/** `approve` off a terminal: which session is meant, and what a person is shown of it. */
import { expect, test } from 'vitest'
import { approve } from '../../src/cli/approve.ts'
import { history } from '../../src/app/compare.ts'
import { status } from '../../src/app/status.ts'
import { watchSession } from '../../src/app/watch.ts'
import { Failure } from '../../src/domain/failure.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'
import { memorySessions, quietContext } from '../kit/context.ts'

const dir = '/nowhere'
const start = Date.parse('2026-01-31T08:00:00Z')
const plan = planOf({ project: 'p', fleet: labFleet(['saorsa-2', 'saorsa-3']), nodes: ['saorsa-2', 'saorsa-3'] })
const steps = ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed'] as const
const waiting = (session: string) => story(steps, { session, plan, at: (n) => start + n * 1000 })
const sessions = memorySessions(dir, { p: { 'p-1': waiting('p-1'), 'p-2': waiting('p-2') } })
const ledger = await sessions.ledgerOf('p')
let said: string[] = []
const context = () => {
  said = []
  return quietContext({ dir, sessions, say: (t) => said.push(t), now: () => start + 3_600_000 })
}
const fault = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? `${error.facts.code} ${error.message}` : String(error)),
  )

test('of several that wait nobody approves one by leaving out which', async () => {
  expect(await fault(approve(context(), 'p', {}))).toMatch(
    /^U079 2 sessions wait .*p-1.*p-2|^U079 2 sessions wait .*p-2.*p-1/,
  )
  expect((await ledger.read('p-1')).at(-1)?.event).toBe('passed')
})
test('one that does not wait: those that do are named', async () => {
  expect(await fault(approve(context(), 'other', {}))).toMatch(
    /^U055 no session of project other waits for approval; these wait: .*p-1/,
  )
  expect(await fault(approve(context(), undefined, { session: 'p-9' }))).toMatch(/^U055 no session p-9 waits/)
})
test('what was tested and where its proof lies is shown, then the one that is named is decided', async () => {
  expect(await approve(context(), undefined, { session: 'p-1', comment: 'seen' })).toBe(0)
  expect(said.join('\n')).toMatch(/^p-1, project p.*\ntest 1: passed, .*\nproof: .*\n[^]*p-1: approved by me/)
  expect((await ledger.read('p-1')).at(-1)).toMatchObject({ event: 'approved', why: 'by me (cli): seen' })
  // Now one alone waits, and none need be named.
  expect(await approve(context(), undefined, { reject: true })).toBe(0)
  expect((await ledger.read('p-2')).at(-1)?.event).toBe('rejected')
})

test('status and history of the same ledger; a session that has ended is watched to its exit code', async () => {
  await status(context(), { project: 'p' })
  expect(said.join('\n')).toMatch(/p-2 +STOPPED +0 s ago/)
  await history(context(), 'p', { json: true })
  expect(JSON.parse(said[0] ?? '')).toMatchObject([{ verdict: 'passed' }, { verdict: 'passed' }])
  expect(await fault(history(context(), 'q', {}))).toMatch(/^U053 .*did you mean "p"|^U053 .*known are p/)
  expect(await watchSession(context(), 'p', { session: 'p-1' })).toBe(0)
  expect(said.join('\n')).toContain('p-1 AWAIT_APPROVAL → COMPLETE: by me (cli): seen')
  expect(await watchSession(context(), undefined, { session: 'p-2' })).toBe(20)
})
