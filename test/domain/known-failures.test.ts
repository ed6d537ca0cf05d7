/** Known failures: in no rate, beside every result, back when their day is over, and never a way to pass for nothing. */
import { describe, expect, test } from 'vitest'
import { demandsOf, weakerThan } from '../../src/domain/demands.ts'
import type { Pair } from '../../src/domain/evidence.ts'
import type { KnownFailure } from '../../src/domain/known-failures.ts'
import { plannedRounds } from '../../src/domain/suites/connectivity/rounds.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { subjectResults } from '../../src/report/subject-results.ts'
import { failureOf, fileText, profiles } from '../inputs/read.ts'
import { planOf } from '../kit/plan.ts'
import { measurements, nineNodes, peers, run, targets, type Changes } from './fixtures.ts'

const pair = (from: number, to: number): Pair => ({ from: `saorsa-${from}`, to: `saorsa-${to}` })
const known = (of: Partial<KnownFailure>): KnownFailure => ({
  suite: null,
  group: null,
  pair: null,
  reason: 'issue 7',
  until: '2026-12-31',
  ...of,
})
const at = Date.UTC(2026, 11, 1)
const judged = (list: readonly KnownFailure[], changes: Changes = {}, when = at) =>
  verdict({ ...run(changes), criteria: 'all-pass', known: { list, at: when } })
const failing: Changes = { attempts: { 'saorsa-5→saorsa-6': { path: 'none' } } }
const traversed = (v: ReturnType<typeof judged>) =>
  v.suites.connectivity?.groups.find((g) => g.name === 'nat_traversed')
const kinds = (v: ReturnType<typeof judged>) => v.findings.map((f) => f.kind).filter((k) => /known|passing/.test(k))

describe('a failure that is known', () => {
  const list = [known({ pair: pair(5, 6) })]
  test('is in no rate, neither as an attempt nor as a pair, and stands beside the result', () => {
    const [without, plain] = [judged(list, failing), judged([], failing)]
    expect(plain.result).toBe('failed')
    expect(without.result).toBe('passed')
    expect(without.remarks).toContain('1 known failure left out')
    const [now, before] = [traversed(without), traversed(plain)]
    expect(now?.planned).toBe((before?.planned ?? 0) - 1)
    expect(now?.attempts).toBe(now?.successes)
    expect(kinds(without)).toEqual(['known-failure'])
    expect(without.findings.find((f) => f.kind === 'known-failure')?.message).toBe(
      'saorsa-5 → saorsa-6: 1 of 1 attempts failed; left out of the rates until 2026-12-31 (issue 7)',
    )
    expect(
      subjectResults(without).find(
        (r) => r.subject.kind === 'pair' && r.subject.pair.from === 'saorsa-5' && r.subject.pair.to === 'saorsa-6',
      ),
    ).toMatchObject({ kind: 'skipped', why: ['left out of the rates as a known failure until 2026-12-31: issue 7'] })
  })
  test('and passes now: told, and its successes are in no rate either', () => {
    const v = judged(list)
    expect(kinds(v)).toEqual(['now-passing'])
    expect(v.remarks).toContain('1 known failure left out (1 now passing)')
    expect(traversed(v)?.attempts).toBe((traversed(judged([]))?.attempts ?? 0) - 1)
  })
  test.each([
    ['on its last day', Date.UTC(2026, 11, 31, 23, 59), 'passed', ['known-failure']],
    ['on the day after', Date.UTC(2027, 0, 1), 'failed', ['known-failure-expired']],
  ])('%s', (_, when, result, found) => {
    const v = judged(list, failing, when)
    expect(v.result).toBe(result)
    expect(kinds(v)).toEqual(found)
  })
  test('leaves the same failure of another pair, and of the other way, where it is', () => {
    expect(judged([known({ pair: pair(6, 5) })], failing).result).toBe('failed')
    expect(judged([known({ pair: pair(5, 6), suite: 'throughput' })], failing).result).toBe('failed')
  })
  test('that names nothing is told', () => {
    const v = judged([known({ pair: pair(5, 6), group: 'relay' })])
    expect(kinds(v)).toEqual(['known-failure-unmatched'])
    expect(v.remarks.join()).not.toContain('left out')
  })
  test('of a whole group: the group is gone, and each of its pairs is counted beside the result', () => {
    const v = judged([known({ group: 'relay' })])
    expect(v.suites.connectivity?.groups.map((g) => g.name)).toEqual(['direct', 'nat_traversed'])
    const relayed = judged([]).suites.connectivity?.groups.find((g) => g.name === 'relay')?.planned ?? 0
    expect(v.remarks.join()).toContain(`${relayed} known failures left out`)
  })
  test('of everything: nothing was counted, and nothing passed', () => {
    const v = judged([known({ suite: 'connectivity' })])
    expect(v.result).toBe('inconclusive')
    expect(v.reasons.map((r) => r.text)).toContain('no attempt was counted')
  })
  test('of a pair that was not even tried: it is no gap of the coverage, and is told as what it is', () => {
    const v = judged([known({ pair: pair(9, 2) })], { absent: { 'saorsa-9': 'unreachable' } })
    const told = v.notCovered.filter(
      (n) =>
        n.kind === 'subject' &&
        n.subject.kind === 'pair' &&
        n.subject.pair.from === 'saorsa-9' &&
        n.subject.pair.to === 'saorsa-2',
    )
    expect(told.map((n) => n.why)).toEqual(['left out of the rates as a known failure until 2026-12-31: issue 7'])
  })
})

test('no other pair of its class is tried less for it', () => {
  const there = peers.map((n) => n.name)
  const few = { ...targets, sampleFloor: 12 }
  const of = (list: readonly Pair[]) =>
    plannedRounds(nineNodes, { planned: there, there }, measurements, {
      sampling: { beyondNodes: 40, seed: 0 },
      targets: few,
      known: list,
    })
      .flat()
      .filter(({ from, to }) => [from, to].every((n) => n === 'saorsa-6' || n === 'saorsa-10'))
  expect(of([])).toHaveLength(of([pair(6, 10)]).filter((p) => p.from === 'saorsa-10').length)
  expect(of([pair(6, 10)]).filter((p) => p.from === 'saorsa-6')).toHaveLength(1)
})

describe('a pull request', () => {
  const plan = planOf()
  const withList = (list: readonly KnownFailure[]) =>
    demandsOf({ ...plan, config: { ...plan.config, knownFailures: list } })
  const one = known({ pair: pair(5, 6) })
  test.each<[string, readonly KnownFailure[], readonly KnownFailure[], readonly string[]]>([
    ['adds one', [one], [], ['known failure: saorsa-5 → saorsa-6 until 2026-12-31 is left out']],
    [
      'gives one more time',
      [{ ...one, until: '2027-06-30' }],
      [one],
      ['known failure: saorsa-5 → saorsa-6 until 2027-06-30 is left out'],
    ],
    ['takes one away', [], [one], []],
    ['words another reason', [{ ...one, reason: 'issue 8' }], [one], []],
  ])('that %s', (_, now, base, told) => expect(weakerThan(withList(now), withList(base))).toEqual(told))
})

describe('in the configuration', () => {
  const text = fileText('examples/testnet/vps-test.yaml')
  const read = (entry: string) =>
    parseProject(`${text}\nknown_failures:\n  - ${entry}\n`, 'vps-test.yaml', { profiles })
  test('is read', () => {
    expect(
      read('{ pair: "saorsa-5:saorsa-6", suite: connectivity, reason: issue 7, until: 2026-12-31 }').knownFailures,
    ).toEqual([known({ pair: pair(5, 6), suite: 'connectivity' })])
  })
  test.each([
    ['{ reason: all of it, until: 2026-12-31 }', 'must name a pair, a suite or a group'],
    ['{ pair: "saorsa-5", reason: r, until: 2026-12-31 }', 'caller:callee'],
    ['{ pair: "saorsa-5:saorsa-6", reason: r, until: 2026-02-30 }', 'must be a day'],
    ['{ pair: "saorsa-5:saorsa-6", until: 2026-12-31 }', 'reason'],
    ['{ suite: connectivty, reason: r, until: 2026-12-31 }', 'connectivity'],
  ])('%s is refused', (entry, words) => {
    expect(failureOf(() => read(entry))?.message).toContain(words)
  })
})
