/** What a ledger tells the reader of one test's proof about the session since. */
import { expect, test } from 'vitest'
import { anchoring, sessionStory } from '../../src/domain/anchor.ts'
import { rederivedFaults } from '../../src/domain/rederive/test.ts'
import { testResult } from '../../src/domain/test-result.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { bundleOf } from '../kit/sealed.ts'
import { story, type Step } from '../kit/session.ts'
import { run } from './fixtures.ts'

const tested: readonly Step[] = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR'] }],
  'ready',
  'built',
  'deployed',
  'begun',
  'passed',
]

test('a session that was stopped before its checkpoint', () =>
  expect(sessionStory(story([...tested, 'stop']), 6)).toEqual([
    'session s is STOPPED since 1970-01-01T00:00:08.000Z: stopped by a person; because stop',
    'test-1: passed (entry 6, 1970-01-01T00:00:07.000Z), this one',
  ]))

test('a checkpoint that failed since', () =>
  expect(sessionStory(story([...tested, 'due', 'begun', 'failed']), 6)).toEqual([
    expect.stringMatching(/^session s is RESTART since .*because failed$/),
    'test-1: passed (entry 6, 1970-01-01T00:00:07.000Z), this one',
    'test-2, checkpoint WAIT_1HR: failed (entry 9, 1970-01-01T00:00:10.000Z)',
  ]))

test('a ledger without entries tells nothing', () => expect(sessionStory([], 0)).toEqual([]))

test('what an entry says that a checkpoint lost follows from its evidence, or is a fault', () => {
  const bundle = bundleOf()
  const judged = verdict(run({ checkpoint: { since: { 'saorsa-9': { restarts: -1 } } } }))
  const root = 'f'.repeat(64)
  const { event, facts } = testResult({
    verdict: judged,
    logs: bundle.logs,
    nats: bundle.measurements.before,
    folder: 'test-1',
    root,
    proofPath: 'test-1/proof.md',
    proofSha256: 'e'.repeat(64),
    running: bundle.running.after,
    checkpoint: null,
    entries: bundle.entries,
    artifact: null,
    pullRequest: null,
    red: null,
  })
  if (event !== 'failed' || facts.regressed === undefined) expect.fail('nothing was lost')
  const { regressed, ...without } = facts
  const told = (of: typeof facts) =>
    anchoring(story([['failed', of]], { session: 's1', plan: bundle.plan }, bundle.entries), {
      bundle,
      verdict: judged,
      root,
      page: null,
    }).faults
  expect(regressed.nodes).toHaveLength(1)
  expect(told(facts)).toEqual([])
  const fault = [expect.stringContaining('another account of what regressed')]
  expect(told({ ...facts, regressed: { ...regressed, nodes: [] } })).toEqual(fault)
  expect(told(without)).toEqual(fault)
})

test.each<readonly [string, number, readonly [loop: number, budget: number], readonly string[]]>([
  ['as the plan says', 3, [2, 3], []],
  ['another budget than the plan has', 2, [2, 2], ['entry 1: 2 full loops were confirmed, the plan has 3']],
  ['another loop than it is', 3, [3, 3], ['entry 10: loop 3 of budget 3, where loop 2 of budget 3 begins']],
  ['another budget than was confirmed', 3, [2, 9], ['entry 10: loop 2 of budget 9, where loop 2 of budget 3 begins']],
])('full loops: %s', (_, restarts, [loop, budget], faults) => {
  const bundle = bundleOf()
  const steps: readonly Step[] = [
    'begin',
    ['confirmed', { soak: ['WAIT_1HR'], restarts }],
    ...tested.slice(2),
    'due',
    'begun',
    'failed',
    ['restart', { loop, budget }],
    'ready',
    'built',
    'deployed',
    'begun',
  ]
  const entries = story(steps, { session: 's1', plan: bundle.plan })
  const told = rederivedFaults({ ...bundle, entries }).filter((f) => f.includes('loop'))
  expect(told).toEqual(faults.map((f) => `ledger.jsonl: ${f}`))
})
