/** The Action as the runner starts it, without a lab: a stage's job that is run again beside what goes on with its session, and whose leases `stop` gives back. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { hour, stories, testFacts, writerOf, type Step } from './sessions.ts'
import { errors, openTested, type Tested } from './tested.ts'

let t: Tested
beforeAll(async () => { t = await openTested() }, 60_000)
afterAll(async () => { await t.runner.close() })
afterEach(() => { t.settled() })

test.each([['its own run', '60', 2], ['another run', '61', 1]])('a checkpoint that a job of %s claimed is no other job\'s, also when that attempt has ended', async (_, run, attempt) => {
  const claim: Step = ['due', {}, 'on time', hour / 2]
  t.runner.api.state.runs.push({ id: 60, attempt: 1, status: 'completed', conclusion: 'cancelled' })
  const session = t.put([...stories.due, claim], writerOf('60'))
  const end = await t.runner.step('test', { inputs: { session }, run, attempt, env: { VPS_TEST_PROBE: process.execPath } })
  expect(end.code).toBe(10)
  expect(errors(end).join()).toMatch(/B005.*WAIT_1HR is the schedule's/)
  expect((await t.path(session)).at(-1)).toBe('due')
})

test('stop gives back also the leases of nodes that DEPLOY left out, not of those that SETUP did', async () => {
  const excluded = (stage: string, node: string): Step => [stage === 'SETUP' ? 'ready' : 'deployed', { excluded: [{ node, stage, code: 'I142', message: 'no room' }] }]
  const session = t.put(['begin', ['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }], excluded('SETUP', 'saorsa-3'), 'built', excluded('DEPLOY', 'saorsa-2'), ['passed', testFacts('passed')]])
  const end = await t.runner.step('stop', { inputs: { session }, run: '204' })
  const told = [...end.out.matchAll(/(saorsa-\d+): the lease was not given back/g)].map((m) => m[1])
  expect(told).toContain('saorsa-2')
  expect(told).not.toContain('saorsa-3')
})
