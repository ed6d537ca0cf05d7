/** Criteria `improvement`: which session is compared with, and how often simulated runs are called the same. */
import { describe, expect, test } from 'vitest'
import { quantileOf } from '../../src/domain/difference.ts'
import { baselineFaults, baselineFor, differencesOf } from '../../src/domain/comparable.ts'
import { comparedBy, improvementOf, confidenceOf } from '../../src/domain/improvement.ts'
import type { SessionBaseline } from '../../src/domain/baseline.ts'
import { counterparts, type GroupOutcomes, type Outcomes } from '../../src/domain/outcomes.ts'
import type { CommandSample } from '../../src/domain/suites/command/run.ts'
import { tally, type Terms } from '../../src/domain/suites/group.ts'
import type { SuiteResults } from '../../src/domain/suites/suite.ts'
import { planOf } from '../kit/plan.ts'
import { story, type Step } from '../kit/session.ts'
import { seeded } from '../kit/seeded.ts'

const terms: Terms = { target: 85, sampleFloor: 10, coverage: 80, strict: false }
const shipped: readonly Step[] = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'begun']

type Simulated = readonly [group: string, pairs: number, tries: number, rates: readonly number[]]

/** Groups of a fleet: how many pairs, how often each is tried, and the rates that its pairs have by turns. */
describe('10,000 identical simulated runs', () => {
  const draw = seeded(7)
  const fleets: readonly (readonly [name: string, groups: readonly Simulated[]])[] = [
    [
      'all pairs alike',
      [
        ['direct', 40, 1, [0.97]],
        ['nat_traversed', 30, 1, [0.85]],
        ['relay', 2, 5, [0.9]],
      ],
    ],
    [
      'pairs that never work beside such that always do',
      [
        ['direct', 40, 1, [1, 1, 1, 0]],
        ['nat_traversed', 10, 3, [1, 0.5, 0]],
      ],
    ],
    ['one group of few attempts', [['direct', 5, 2, [0.7]]]],
    [
      'many attempts',
      [
        ['direct', 60, 5, [0.99, 0.95, 0.9]],
        ['relay', 12, 10, [0.6]],
      ],
    ],
  ]
  test.each(fleets)('%s: at least 9,300 show no difference', (_, groups) => {
    const z = quantileOf(confidenceOf(groups.length))
    const same = Array.from({ length: 10_000 }, () =>
      groups.every(
        (g) => comparedBy(counterparts(drawn(g), drawn(g)), terms.sampleFloor, z).judged === 'no difference',
      ),
    ).filter(Boolean).length
    expect(same).toBeGreaterThanOrEqual(9300)
  })

  function drawn([, pairs, tries, rates]: Simulated): GroupOutcomes {
    const letters = (p: number): string =>
      Array.from({ length: tries }, () => (draw() < (rates[p % rates.length] ?? 1) ? '1' : '0')).join('')
    return Object.fromEntries(Array.from({ length: pairs }, (_, p) => [`pair ${p}`, letters(p)]))
  }
})

/** A suite's results whose outcomes are these. */
function resultsOf({ command = {} }: Outcomes): SuiteResults {
  const samples = Object.entries(command).flatMap(([group, subjects]) =>
    Object.entries(subjects).flatMap(([node, letters]) =>
      [...letters].map((letter, i): CommandSample => ({
        id: `${group} ${node} ${i}`,
        group,
        subject: { kind: 'node', node },
        outcome: letter === '1' ? 'success' : letter === '0' ? 'failed' : 'infra',
        grade: null,
        sentence: '',
        findings: [],
        output: '',
      })),
    ),
  )
  const groups = Object.keys(command).map((name) => ({
    ...tally({ name, of: 'node', planned: 1, terms, secondsEach: 1 }, samples),
    target: null,
    met: null,
  }))
  return { command: { samples, retries: [], known: [], groups, figures: null, error: null } }
}

const baselineOf = (outcomes: Outcomes): SessionBaseline => ({
  kind: 'session',
  session: 's0',
  seq: 6,
  hash: 'a'.repeat(64),
  evidenceRoot: 'b'.repeat(64),
  at: 0,
  outcomes,
})

const groupOf = (now: string, before: string) =>
  improvementOf(resultsOf({ command: { g: { a: now } } }), baselineOf({ command: { g: { a: before } } })).groups[0]

test.each([
  ['1111111111', '0000000000', 'better'],
  ['0000000000', '1111111111', 'worse'],
  ['1111111111', '1111111111', 'no difference'],
  ['11111', '00000', 'too few'],
  // Ten that went from failed to delivered, and ten whose earlier attempt was not counted.
  ['1'.repeat(20), `${'0'.repeat(10)}${'?'.repeat(10)}`, 'better'],
  ['1'.repeat(20), `${'0'.repeat(3)}${'1'.repeat(7)}${'?'.repeat(10)}`, 'undecided'],
  // Better only if what was not counted now had been delivered.
  [`${'1'.repeat(15)}${'?'.repeat(15)}`, '0'.repeat(30), 'better'],
  [`${'1'.repeat(10)}${'?'.repeat(10)}`, `${'0'.repeat(8)}11${'0'.repeat(5)}11111`, 'undecided'],
  [`${'0'.repeat(12)}${'?'.repeat(20)}`, '1'.repeat(32), 'worse'],
])('%s after %s: %s', (now, before, judged) => expect(groupOf(now, before)?.judged).toBe(judged))

test('each attempt is compared with its own counterpart, and what has none is told of', () => {
  const { groups } = improvementOf(
    resultsOf({ command: { g: { a: '1111111111', b: '11', c: '1' } } }),
    baselineOf({ command: { g: { a: '111111111111', b: '01', d: '1' } } }),
  )
  expect(groups[0]).toMatchObject({ attempts: 12, now: 12, before: 11, alone: 4 })
})

describe('which session', () => {
  const plan = planOf()
  const outcomes: Outcomes = { connectivity: { direct: { 'a → b': '1' } } }
  const session = (id: string, at: number, last: Step = ['passed', { outcomes }], own = plan) => ({
    id,
    entries: story([...shipped, last], { session: id, plan: own, at: (seq) => at + seq }),
  })
  const others = [session('s1', 100), session('s3', 300), session('s2', 200)]

  test('the newest other one, by the time of its test', () =>
    expect(baselineFor(plan, [...others, session('own', 900)], 'own')).toMatchObject({
      session: 's3',
      seq: 6,
      outcomes,
    }))
  test('a failed or an inconclusive one is compared with as well, where it was measured', () =>
    expect(baselineFor(plan, [...others, session('s4', 400, ['inconclusive', { outcomes }])], 'own')).toMatchObject({
      session: 's4',
    }))
  test('one that was not measured well enough is passed over', () =>
    expect(baselineFor(plan, [...others, session('s4', 400, ['failed', { outcomes: null }])], 'own')).toMatchObject({
      session: 's3',
    }))
  test('what is lacking is said', () => {
    expect(baselineFor(plan, [], 'own')).toEqual({
      kind: 'none',
      lacks: 'this ledger has no other session of p with a test',
    })
    expect(baselineFor(plan, [session('s4', 1, ['passed', { outcomes: null }])], 'own')).toMatchObject({
      lacks: expect.stringContaining('the newest, of s4, is a checkpoint, or was not measured') as string,
    })
    const elsewhere = planOf({ nodes: ['registry', 'a', 'b', 'c'] })
    expect(baselineFor(plan, [session('s4', 1, ['passed', { outcomes }], elsewhere)], 'own')).toMatchObject({
      lacks: expect.stringContaining('had another nodes') as string,
    })
  })
  test.each([
    ['project', planOf({ project: 'q' })],
    ['profile', planOf({ more: { profile: { ...plan.profile, name: 'another' } } })],
    ['fleet', planOf({ more: { fleet: { ...plan.fleet, name: 'another' } } })],
    [
      'nodes',
      planOf({
        more: { fleet: { ...plan.fleet, nodes: plan.fleet.nodes.map((n) => ({ ...n, nat: 'symmetric' as const })) } },
      }),
    ],
    ['suites and targets', planOf({ more: { suites: [] } })],
  ])('another %s is another measurement', (what, other) => expect(differencesOf(plan, other)).toEqual([what]))
  test('other host keys, answers or soak are not', () =>
    expect(
      differencesOf(
        plan,
        planOf({
          more: {
            soak: ['WAIT_1HR'],
            fleet: { ...plan.fleet, nodes: plan.fleet.nodes.map((n) => ({ ...n, hostKeys: ['SHA256:x'] })) },
          },
        }),
      ),
    ).toEqual([]))
  test('a plan of older entries, which has no suites, is another and breaks nothing', () => {
    const { suites: _, ...old } = plan
    expect(differencesOf(plan, JSON.parse(JSON.stringify(old)) as typeof plan)).toEqual(['suites and targets'])
  })

  test('a ledger that anchors a proof must hold the session that it was compared with, to the letter', () => {
    const s3 = session('s3', 300)
    const baseline = baselineFor(plan, [s3], 'own')
    if (baseline.kind === 'none') throw new Error(baseline.lacks)
    expect(baselineFaults(baseline, plan, s3.entries)).toEqual([])
    expect(baselineFaults(baseline, plan, [])).toHaveLength(1)
    expect(baselineFaults(baseline, plan, session('s3', 301).entries)).toHaveLength(1)
    expect(baselineFaults(baseline, planOf({ project: 'q' }), s3.entries)).toHaveLength(1)
    expect(baselineFaults({ ...baseline, outcomes: {} }, plan, s3.entries)).toHaveLength(1)
  })
})
