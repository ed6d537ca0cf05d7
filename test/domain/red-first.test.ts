/** What had failed before a fix is tried alone, and first: when, by which plan, what it comes to, and what a ledger may say. */
import { describe, expect, test } from 'vitest'
import { anchoring } from '../../src/domain/anchor.ts'
import { isPart } from '../../src/domain/events/entry.ts'
import type { Red } from '../../src/domain/fix/end.ts'
import { mendedPlan } from '../../src/domain/fix/mended.ts'
import { redIn, redOutcome, redPlan, redText, testPlan } from '../../src/domain/fix/red-first.ts'
import { redPending } from '../../src/domain/fix/red-pending.ts'
import { judgeHistory, testsBegunIn } from '../../src/domain/history.ts'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import { rederivedFaults } from '../../src/domain/rederive/test.ts'
import { firedBy } from '../../src/domain/recovery/transition.ts'
import { fold } from '../../src/domain/session.ts'
import type { SuiteResults } from '../../src/domain/suites/suite.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import { verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { fixesSection } from '../../src/report/sections/fixes.ts'
import { historySection } from '../../src/report/sections/history.ts'
import { redBefore } from '../../src/stages/parts/red-before.ts'
import { commit, fixFacts } from '../kit/facts.ts'
import { planOf } from '../kit/plan.ts'
import { bundleOf, recorded } from '../kit/sealed.ts'
import { resultOf, story, type Step } from '../kit/session.ts'

const pair = (from: string, to: string): Red => ({
  suite: 'connectivity',
  group: 'direct',
  subject: `${from} → ${to}`,
  pair: { from, to },
})
const fixed = (more: Partial<ReturnType<typeof fixFacts>> = {}): Step => [
  'fixed',
  {
    fix: {
      ...fixFacts({ counters: { builds: 0, deploys: 0, tests: 0, fixes: 0, restarts: 0 } }),
      first: true,
      ...more,
    },
  },
]
const failed: readonly Step[] = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'begun', 'failed']
const mended: readonly Step[] = [...failed, fixed(), 'built', 'deployed']

describe('it is the next test', () => {
  test.each<readonly [string, readonly Step[], boolean]>([
    ['after a fix', mended, true],
    [
      'after a fix of which nothing can be tried alone',
      [...failed, fixed({ first: false }), 'built', 'deployed'],
      false,
    ],
    ['of a run that was killed in it', [...mended, 'begun', 'claimed', 'begun', 'claimed'], true],
    ['where it could not be told', [...mended, 'begun', 'unclear'], true],
    ['and not once it is green', [...mended, 'begun', 'green'], false],
    ['and not of a run that was killed in the whole test', [...mended, 'begun', 'green', 'begun', 'claimed'], false],
    ['and not after the whole one', [...mended, 'begun', 'green', 'begun', 'inconclusive'], false],
    ['of the fix after one that is still red', [...mended, 'begun', 'still-red', fixed(), 'built', 'deployed'], true],
    ['and not of a push', [...mended, 'begun', 'still-red', 'gave-up', 'pushed', 'built', 'deployed'], false],
    ['and not without a fix', failed.slice(0, -1), false],
  ])('%s', (_, steps, is) => expect(redPending(story(steps)) !== null).toBe(is))
})

test('its plan is the mended one with what was red alone, each attempt once, and no soak', () => {
  const plan = mendedPlan({ ...planOf(), source: { kind: 'build', workspace: '.', revision: commit } }, 'a'.repeat(40))
  const whole = plan ?? expect.fail('no plan')
  const [a, b] = whole.nodes.slice(1)
  const red = [pair(a ?? '', b ?? ''), { ...pair(a ?? '', b ?? ''), group: 'other' }]
  const alone = redPlan(whole, 's', red) ?? expect.fail('no plan')
  expect(alone.only).toEqual({ session: 's', attempts: [{ suite: 'connectivity', pair: { from: a, to: b } }] })
  expect(alone.source).toEqual(whole.source)
  expect([alone.soak, alone.answers.criteria.value, alone.suites.map((s) => s.suite)]).toEqual([
    [],
    'all-pass',
    ['connectivity'],
  ])
  const knownFailures = [{ suite: 'command', group: 'flaky', pair: null, reason: 'issue 7', until: '2099-12-31' }]
  const listed = redPlan({ ...whole, config: { ...whole.config, knownFailures } }, 's', red)
  expect(listed?.config.knownFailures).toEqual(knownFailures)
  expect(redPlan(whole, 's', [])).toBeNull()
  expect(redPlan(whole, 's', [{ ...pair('a', 'b'), suite: 'another' }])).toBeNull()
})

test('what was red in a suite that the plan has no part of is not waited for', () => {
  const kept = { ...pair('a', 'b'), suite: 'survival' }
  const plan = mendedPlan({ ...planOf(), source: { kind: 'build', workspace: '.', revision: commit } }, 'a'.repeat(40))
  const whole = plan ?? expect.fail('no plan')
  const [a, b] = whole.nodes.slice(1)
  const red = [pair(a ?? '', b ?? ''), kept]
  const alone = redPlan(whole, 's', red) ?? expect.fail('no plan')
  expect(redIn(red, alone)).toEqual(red.slice(0, 1))
  expect(redPlan(whole, 's', [kept])).toBeNull()
})

describe('what it comes to', () => {
  const of = (outcome: string, result: Verdict['result'], kind: 'inconclusive' | 'invalid' | 'failed') => {
    const samples = [{ subject: { kind: 'pair', pair: { from: 'a', to: 'b' } }, outcome }]
    const suites = JSON.parse(JSON.stringify({ connectivity: { samples, retries: [], groups: [] } })) as SuiteResults
    return redOutcome([pair('a', 'b')], { suites, result, reasons: [{ kind, text: '' }] })
  }
  test.each([
    ['green', of('success', 'inconclusive', 'inconclusive')],
    ['still-red', of('failed', 'failed', 'failed')],
    // Another thing that failed, whatever the pairs did.
    ['still-red', of('success', 'failed', 'failed')],
    ['unclear', of('infra', 'inconclusive', 'inconclusive')],
    // Our own controls failed: what came through says nothing, and what did not neither.
    ['unclear', of('success', 'inconclusive', 'invalid')],
    ['unclear', of('failed', 'inconclusive', 'invalid')],
  ] as const)('%s', (event, seen) => expect(seen.event).toBe(event))
  test('in words', () => {
    expect(redText(of('success', 'inconclusive', 'inconclusive'))).toBe('1 of 1 that had failed succeeds now')
    expect(redText(of('infra', 'inconclusive', 'inconclusive'))).toBe(
      '0 of 1 that had failed succeeds now, 1 could not be told',
    )
  })
})

test('one that could not be told is tried again by a rule that is counted', () => {
  const entries = story([...mended, 'begun'])
  const outcome = resultOf(entries, 'unclear')
  expect(firedBy(fold('s', entries), outcome, 'TEST')?.[0]).toBe('test-inconclusive')
  expect(firedBy(fold('s', entries), resultOf(entries, 'still-red'), 'FIX')).toBeNull()
})

test('a test of it pays for no whole one that was cut off, and is told as a part', () => {
  const entries = story([...mended, 'begun', 'claimed', 'begun', 'green', 'begun'])
  const begun = testsBegunIn(entries)
  expect(begun.map((t) => [t.test, t.end, t.part ?? false])).toEqual([
    [1, 'failed', false],
    [2, null, true],
    [3, 'inconclusive', true],
    [4, null, false],
  ])
  expect(judgeHistory({ begun: null, before: begun.slice(1, 3) }).reasons).toHaveLength(1)
  const input = { ...verdictInputOf(bundleOf()), history: { begun: null, before: begun.slice(2, 3) } }
  expect(JSON.stringify(historySection({ input }))).toContain('of a few attempts')
})

describe('the next fix is to mend', () => {
  const files = (verdicts: Readonly<Record<string, readonly string[]>>) => ({
    exists: async (path: string) => path in verdicts,
    read: async (path: string) => {
      const samples = (verdicts[path] ?? []).map((from) => ({
        group: 'direct',
        subject: { kind: 'pair', pair: { from, to: 'z' } },
        outcome: 'failed',
      }))
      return new TextEncoder().encode(
        JSON.stringify({ suites: { connectivity: { samples, retries: [], groups: [] } } }),
      )
    },
  })
  const at = (n: number): string => `test-${n}/evidence/verdict.json`
  const red = async (steps: readonly Step[], verdicts: Readonly<Record<string, readonly string[]>>) =>
    (await redBefore(files(verdicts), story(steps))).map((r) => r.subject)

  test('what the test left red', async () => expect(await red(failed, { [at(1)]: ['a'] })).toEqual(['a → z']))
  test('and what the fix before it was to mend, where that is still red', async () =>
    expect(await red([...mended, 'begun', 'still-red'], { [at(2)]: ['c'] })).toEqual(['a → b', 'c → z']))
  test('or did not even build', async () =>
    expect(await red([...failed, fixed(), 'failed'], { [at(1)]: ['a'] })).toEqual(['a → b']))
  test('after a whole test, what that left red alone', async () =>
    expect(await red([...mended, 'begun', 'green', 'begun', 'failed'], { [at(3)]: ['d'] })).toEqual(['d → z']))
  test('nothing, where a push does not build', async () =>
    expect(await red([...mended, 'begun', 'still-red', 'gave-up', 'pushed', 'failed'], { [at(2)]: ['a'] })).toEqual([]))
})

describe('evidence of it', () => {
  const whole = bundleOf()
  const plan: Plan = { ...whole.plan, source: { kind: 'build', workspace: '.', revision: commit } }
  const after = mendedPlan(plan, 'a'.repeat(40)) ?? expect.fail('nothing is built')
  const red = [pair('saorsa-2', 'saorsa-3')]
  const steps: readonly Step[] = [
    ...failed,
    [
      'fixed',
      {
        plan: after,
        planDigest: planDigest(after),
        fix: {
          ...fixFacts({ counters: { builds: 1, deploys: 1, tests: 1, fixes: 0, restarts: 0 } }),
          commit: 'a'.repeat(40),
          red,
          first: true,
        },
      },
    ],
    'built',
    'deployed',
    'begun',
  ]
  const entries = story(steps, { plan, session: 's1' })
  const of = (by: Plan): Bundle => ({ ...whole, plan: by, entries, facts: { ...whole.facts, test: 2 } })
  const alone = testPlan(entries) ?? expect.fail('no plan')

  test('holds the limited plan, and no other', () => {
    const told = (by: Plan) => rederivedFaults(of(by)).filter((f) => f.includes('is not the plan that was confirmed'))
    expect(told(alone)).toEqual([])
    expect(told(after)).toHaveLength(1)
    expect(told({ ...alone, only: { session: 's1', attempts: [] } })).toHaveLength(1)
  })

  test('is held by the entry that says what became of each; another word of it is a fault', () => {
    const bundle = of(alone)
    const judged = verdict(verdictInputOf(bundle))
    const sealed = { root: 'f'.repeat(64), proofPath: 'test-2/proof.md', proofSha256: 'e'.repeat(64) }
    const now = redOutcome(red, judged)
    const facts = recorded({ ...bundle, entries }, judged, sealed, now).at(-1) ?? expect.fail('none')
    expect(isPart(facts)).toBe(true)
    const test = { bundle, verdict: judged, root: sealed.root, page: null }
    expect(anchoring([...entries, facts], test)).toMatchObject({ faults: [], entry: { event: now.event } })
    const other = now.event === 'green' ? 'still-red' : 'green'
    const lied = recorded(bundle, judged, sealed, { event: other, red: { green: [], red: [], unknown: [] } })
    expect(anchoring(lied, test).faults).toEqual([
      expect.stringContaining('another verdict'),
      expect.stringContaining('another account of what was red'),
    ])
  })

  test('is named in the proof, with what each was and is', () => {
    const tried: Step = [
      'green',
      { folder: 'test-2', red: { green: ['connectivity: saorsa-2 → saorsa-3'], red: [], unknown: [] } },
    ]
    const told = JSON.stringify(
      fixesSection({
        entries: story([...steps, tried, 'begun'], { plan, session: 's1' }),
        verdict: verdict(verdictInputOf(whole)),
      }),
    )
    for (const word of ['green', 'test-2', 'saorsa-2 → saorsa-3']) expect(told).toContain(word)
  })

  test('says of each suite and each command by itself what became of a subject', () => {
    const ends = { from: 'a', to: 'b' }
    const before: readonly Red[] = [
      { suite: 'connectivity', group: 'direct', subject: 'a → b', pair: ends },
      { suite: 'gossip', group: 'direct', subject: 'a → b', pair: ends },
      { suite: 'command', group: 'health', subject: 'a', pair: null },
      { suite: 'command', group: 'flaky', subject: 'a', pair: null },
    ]
    const now = {
      green: ['connectivity: a → b', 'command: health: a'],
      red: ['gossip: a → b', 'command: flaky: a'],
      unknown: [],
    }
    const { counters } = fold('s1', story(failed, { plan, session: 's1' }))
    const through: readonly Step[] = [
      ...failed,
      [
        'fixed',
        { plan: after, planDigest: planDigest(after), fix: { ...fixFacts({ counters }), red: before, first: true } },
      ],
      'built',
      'deployed',
      'begun',
      ['still-red', { folder: 'test-2', red: now }],
    ]
    const section = fixesSection({
      entries: story(through, { plan, session: 's1' }),
      verdict: verdict(verdictInputOf(whole)),
    })
    const page = blocksMarkdown(section?.blocks ?? [])
    const row = (...cells: readonly string[]) => expect(page).toContain(`| ${cells.join(' | ')} | `)
    row('a → b', 'connectivity', 'direct', 'green')
    row('a → b', 'gossip', 'direct', '**red**')
    row('a', 'command', 'health', 'green')
    row('a', 'command', 'flaky', '**red**')
  })
})
