/** Two sessions side by side: what is a change and what may be chance, and where a failing pair belongs. */
import { describe, expect, test } from 'vitest'
import { compareSessions, type Side } from '../../src/domain/compare-sessions.ts'
import { noLogs, type LogDigest } from '../../src/domain/log-templates.ts'
import { outcomesOf } from '../../src/domain/outcomes.ts'
import { verdictInputOf } from '../../src/domain/bundle.ts'
import { suiteCounts } from '../../src/domain/suites/suite.ts'
import { verdict as judge } from '../../src/domain/verdict.ts'
import { comparisonHead, comparisonSections } from '../../src/report/session-comparison.ts'
import { pageText } from '../../src/report/plain.ts'
import { bundleOf } from '../kit/sealed.ts'

const side = (changes: Parameters<typeof bundleOf>[0] = {}, more: Partial<Side> = {}): Side => {
  const bundle = bundleOf(changes)
  const verdict = judge(verdictInputOf(bundle))
  return {
    session: 's-a',
    project: 'ant-quic',
    plan: bundle.plan,
    commit: 'c0ffee'.padEnd(40, '0'),
    binary: 'b'.repeat(64),
    at: 0,
    result: verdict.result,
    why: '',
    counts: suiteCounts(verdict.suites),
    outcomes: outcomesOf(verdict.suites),
    nats: bundle.measurements.before,
    logs: noLogs,
    ...more,
  }
}
const good = side()
const bad = side({ attempts: { 'saorsa-7→saorsa-8': { path: 'none' }, 'saorsa-2→saorsa-3': { path: 'none' } } })
const rate = (s: ReturnType<typeof compareSessions>, group: string) => s.rates.find((r) => r.group === group)

test('a session beside itself: nothing', () => {
  const { changed, rates, pairs, nats, logs, lab } = compareSessions(good, good)
  expect([changed, pairs, nats, logs, lab]).toEqual([[], [], [], [], null])
  for (const r of rates) expect(r.difference?.points).toBe(0)
})

test('pairs that fail now and passed before, with the rate that they cost; and the other way round', () => {
  const there = compareSessions(good, bad)
  expect(there.pairs?.map((p) => [p.subject, p.a, p.b])).toEqual([
    ['saorsa-2 → saorsa-3', 'good', 'bad'],
    ['saorsa-7 → saorsa-8', 'good', 'bad'],
  ])
  const back = compareSessions(bad, good)
  expect(back.pairs?.every((p) => p.a === 'bad' && p.b === 'good')).toBe(true)
  const [down, up] = [rate(there, 'direct')?.difference, rate(back, 'direct')?.difference]
  expect(down?.points).toBeLessThan(0)
  expect(up?.points).toBeCloseTo(-(down?.points ?? 0))
  // Two of so few may be chance: the interval says so.
  expect(down?.interval.low).toBeLessThan(0)
  expect(down?.interval.high).toBeGreaterThan(-0.05)
})

test('a pair of which one attempt failed has failed; one that was never counted has neither', () => {
  const outcomes = (letters: string): Side => ({
    ...good,
    outcomes: { connectivity: { direct: { 'a → b': letters } } },
  })
  const fates = (x: string, y: string) => compareSessions(outcomes(x), outcomes(y)).pairs?.map((p) => [p.a, p.b])
  expect(fates('11', '10')).toEqual([['good', 'bad']])
  expect(fates('1?', '01')).toEqual([['good', 'bad']])
  expect(fates('??', '0')).toEqual([['none', 'bad']])
  expect(fates('1', '?')).toEqual([])
})

test('a group that only one of them has is not compared', () => {
  const other = compareSessions(good, { ...good, counts: { connectivity: {} } })
  expect(other.rates.every((r) => r.difference === null && r.b === null)).toBe(true)
})

describe('a lab beside a fleet', () => {
  const { lab: _, ...fleet } = good.plan?.fleet ?? bundleOf().plan.fleet
  const onLab = (s: Side): Side =>
    s.plan === null
      ? s
      : { ...s, plan: { ...s.plan, fleet: { ...fleet, lab: { natTimeoutFactor: 10, shaping: 'netem' } } } }
  const onFleet = (s: Side): Side => (s.plan === null ? s : { ...s, plan: { ...s.plan, fleet } })
  const belongs = (a: Side, b: Side) =>
    Object.fromEntries(compareSessions(a, b).pairs?.map((p) => [p.subject, p.belongs]) ?? [])
  const one = side({ attempts: { 'saorsa-7→saorsa-8': { path: 'none' } } })
  test('only the fleet fails: environment; both: product; whichever comes first', () => {
    const told = { 'saorsa-7 → saorsa-8': 'product', 'saorsa-2 → saorsa-3': 'environment' }
    expect(belongs(onLab(one), onFleet(bad))).toEqual(told)
    expect(belongs(onFleet(bad), onLab(one))).toEqual(told)
  })
  test('only the lab fails: said; what one of them did not count belongs to nobody', () => {
    expect(belongs(onLab(bad), onFleet(one))['saorsa-2 → saorsa-3']).toBe('lab')
    const unseen: Side = { ...onLab(good), outcomes: { connectivity: {} } }
    expect(Object.values(belongs(unseen, onFleet(bad)))).toEqual([null, null])
  })
  test('two of a kind have no such column', () => {
    expect(compareSessions(onFleet(good), onFleet(bad)).lab).toBeNull()
    expect(compareSessions(onLab(one), onLab(bad)).pairs?.every((p) => p.belongs === null)).toBe(true)
  })
})

test('what was changed: each leaf of the plan that decides anything, the commit, the binary', () => {
  const plan = good.plan
  if (plan === null) throw new Error('no plan')
  const { changed } = compareSessions(good, {
    ...good,
    commit: 'beef'.padEnd(40, '0'),
    plan: { ...plan, soak: ['WAIT_1HR'], estimate: { ...plan.estimate, seconds: 1 }, nodes: plan.nodes.slice(1) },
  })
  expect(changed.map((c) => c.what)).toEqual(['commit', 'nodes', 'soak'])
})

test('NATs by their behaviour, not by their addresses; logs by their templates', () => {
  const digest = (templates: LogDigest['templates']): LogDigest => ({ templates, lines: 0, beyond: 0 })
  const line = (template: string, count: number, level: 'error' | 'other' = 'error') => ({
    template,
    level,
    count,
    nodes: [],
  })
  const a = { ...good, logs: digest([line('gone', 3), line('often', 5), line('same', 100), line('chat', 1, 'other')]) }
  const b = {
    ...good,
    nats: (good.nats ?? []).map((m) =>
      m.node === 'saorsa-4'
        ? { ...m, mapping: 'APDM' as const, filtering: 'APDF' as const }
        : { ...m, externalAddresses: ['9.9.9.9'] },
    ),
    logs: digest([line('new', 1), line('often', 50), line('same', 120), line('chatter', 9, 'other')]),
  }
  const compared = compareSessions(a, b)
  expect(compared.nats).toEqual([{ node: 'saorsa-4', change: 'full-cone → symmetric' }])
  expect(compared.logs?.map((l) => [l.template, l.a, l.b])).toEqual([
    ['gone', 3, 0],
    ['often', 5, 50],
    ['new', 0, 1],
  ])
})

test('what only evidence tells is not told without it, and the page says so', () => {
  const bare = { ...good, outcomes: null, nats: null, logs: null }
  const compared = compareSessions(bare, bad)
  expect([compared.pairs, compared.nats, compared.logs]).toEqual([null, null, null])
  const page = pageText(comparisonHead(bare, { ...bad, session: 's\u001b[2J' }), comparisonSections(compared))
  expect(page.match(/Not told/g)).toHaveLength(3)
  expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
})
