/** What a checkpoint lost, told in data and in one line: groups with intervals, pairs, nodes, and noise by its name. */
import { describe, expect, test } from 'vitest'
import { entryShape } from '../../src/domain/events/check.ts'
import { outcomesOf } from '../../src/domain/outcomes.ts'
import { regressedOf, regressedText, restartsOf } from '../../src/domain/regressed.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { restart } from '../../src/stages/restart.ts'
import { fold } from '../../src/domain/session.ts'
import { regressionSection, restartsSection } from '../../src/report/sections/regression.ts'
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { story, type Step } from '../kit/session.ts'
import { run, type Changes } from './fixtures.ts'

const deployed = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR'], restarts: 1 }],
  'ready',
  'built',
  'deployed',
  'begun',
] as const
const first = (changes: Changes): Step => ['passed', { outcomes: outcomesOf(verdict(run(changes)).suites) }]
const lost: Changes = {
  checkpoint: { since: { 'saorsa-9': { restarts: -1 } } },
  attempts: Object.fromEntries(
    [7, 8, 9].flatMap((from) =>
      [2, 3, 7, 8, 9]
        .filter((to) => to !== from)
        .map((to) => [`saorsa-${from}→saorsa-${to}`, { path: 'none' as const }]),
    ),
  ),
}
const one: Changes = { checkpoint: {}, attempts: { 'saorsa-7→saorsa-2': { path: 'none' } } }
const regressed = (now: Changes, before: Changes = {}) =>
  regressedOf(verdict(run(now)), story([...deployed, first(before), 'due', 'begun'])) ??
  expect.fail('nothing regressed')

describe('what a checkpoint lost', () => {
  test('nothing, where it passed or is none', () => {
    expect(regressedOf(verdict(run({ checkpoint: {} })), [])).toBeNull()
    expect(regressedOf(verdict(run({ attempts: one.attempts ?? {} })), [])).toBeNull()
  })
  test('the group, its interval, the pairs, and the node', () => {
    const { groups, nodes } = regressed(lost)
    expect(
      groups.map((g) => [g.group, g.judged, g.first.successes, g.now.successes, g.lostInAll, g.failedInBoth]),
    ).toEqual([['direct', 'shown', 40, 28, 12, 0]])
    const [group] = groups
    expect(group?.lost).toContain('saorsa-7 → saorsa-2')
    expect([group?.low, group?.high].map((x) => Math.round(100 * (x ?? 0)))).toEqual([-45, -15])
    expect(nodes).toEqual([expect.stringContaining('saorsa-9: ')])
  })
  test('what had failed at the first test was not lost since', () => {
    const { groups } = regressed(lost, { attempts: { 'saorsa-7→saorsa-2': { path: 'none' } } })
    expect(groups.map((g) => [g.lostInAll, g.failedInBoth])).toEqual([[11, 1]])
  })
  test('noise is called noise', () => {
    const of = regressed(one)
    expect(of.groups.map((g) => g.judged)).toEqual(['may be noise'])
    expect(regressedText(of)).toMatch(
      /direct 100 % → 97\.5 % \(−12\.9 to \d+(?:\.\d)? points, may be noise; saorsa-7 → saorsa-2\)/,
    )
  })
})

test('each full loop is told by the ledger and the page, with what it follows', async () => {
  const of = regressed(lost)
  const failed: Step = ['failed', { regressed: of }]
  const entries = story([...deployed, first({}), 'due', 'begun', failed])
  const session = fold('s', entries)
  expect(session.state).toBe('RESTART')
  const step = await restart({} as never, session, {} as never)
  expect(step).toMatchObject({ event: 'restart', facts: { loop: 2, budget: 1 } })
  expect(step.why).toContain('full loop 2 of at most 2: direct 100 % → 70 % (')
  const whole = story([...deployed, first({}), 'due', 'begun', failed, ['restart', { loop: 2, budget: 1 }]])
  expect(whole.map(entryShape).filter((f) => f !== null)).toEqual([])
  expect(restartsOf(whole)).toMatchObject([{ loop: 2, budget: 1, regressed: of }])
  expect(blocksMarkdown(restartsSection({ entries: whole })?.blocks ?? [])).toContain('| 2 | 2 |')
  const page = regressionSection({ verdict: verdict(run(lost)), entries: entries.slice(0, -1), checkpoint: null })
  expect(blocksMarkdown(page?.blocks ?? [])).toContain('**regression**')
  // The budget is the plan's: a second regression asks a person.
  const again = story([
    ...deployed,
    first({}),
    'due',
    'begun',
    failed,
    'restart',
    'ready',
    'built',
    'deployed',
    'begun',
    'passed',
    'due',
    'begun',
    'failed',
  ])
  expect(again.at(-1)).toMatchObject({ to: 'STOPPED', why: expect.stringContaining('regression after 2 full loops') })
})
