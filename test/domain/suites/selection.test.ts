/** A test of a few attempts: what is dialled, what is judged, and that it never passes for the whole. */
import { describe, expect, test } from 'vitest'
import { assemblePlan } from '../../../src/domain/assemble-plan.ts'
import type { Pair } from '../../../src/domain/evidence.ts'
import { planShape } from '../../../src/domain/plan-shape.ts'
import type { Focus } from '../../../src/domain/answers.ts'
import { repeatPlan } from '../../../src/domain/repeat-plan.ts'
import { plannedRounds } from '../../../src/domain/suites/connectivity/rounds.ts'
import { natRounds } from '../../../src/domain/suites/nat-traversal/rounds.ts'
import { observedPairs } from '../../../src/domain/suites/observed/pairs.ts'
import { failedOf, repeatCommand, type SelectedAttempt, type Selection } from '../../../src/domain/suites/selection.ts'
import { throughputRounds } from '../../../src/domain/suites/throughput/rounds.ts'
import { verdict } from '../../../src/domain/verdict.ts'
import { resolveAnswers } from '../../../src/inputs/answers.ts'
import { parseProject } from '../../../src/inputs/project.ts'
import { buildRecord } from '../../kit/facts.ts'
import { fileText, profiles } from '../../inputs/read.ts'
import { connectivityPart, measurements, nineNodes, peers, run, targets, type Happening } from '../fixtures.ts'

const pair = (from: number, to: number): Pair => ({ from: `saorsa-${from}`, to: `saorsa-${to}` })
const there = peers.map((n) => n.name)
const only = [pair(5, 6), pair(4, 10)]
const selection = (...attempts: readonly SelectedAttempt[]): Selection => ({ session: 's1', attempts })
const ofPairs = selection(...only.map((p) => ({ suite: 'connectivity' as const, pair: p })))

const config = parseProject(fileText('examples/testnet/vps-test.yaml'), 'vps-test.yaml', { profiles })
const planFor = (focus: Focus) => {
  const resolved = resolveAnswers({ parameters: { focus }, configs: [config] }, profiles)
  if (!resolved.ok) throw new Error('the example has all answers')
  return assemblePlan({
    ...resolved,
    config,
    fleet: nineNodes,
    source: { kind: 'build', workspace: '.', revision: null },
    binaryBytes: null,
  })
}
const source = { kind: 'session', session: 's1', path: '/b', build: buildRecord } as const

describe('of a plan', () => {
  test('only the suites and pairs that are named are left, each once, and the plan says so', () => {
    const plan = repeatPlan(planFor('connectivity'), ofPairs, source, [])
    expect(plan.suites.map((s) => [s.suite, s.attempts])).toEqual([['connectivity', 2]])
    expect(plan.only).toEqual(ofPairs)
    expect(plan.soak).toEqual([])
    expect(plan.answers.criteria.value).toBe('all-pass')
    expect(plan.steps.find((s) => s.title === 'TEST')?.detail).toContain('only 2 pairs of session s1')
    expect(planShape(20)(plan)).toBeNull()
  })
  test('a suite whose samples are of no pair is done whole, beside pairs of another', () => {
    const mixed = selection({ suite: 'gossip', pair: null }, { suite: 'connectivity', pair: pair(2, 3) })
    const plan = repeatPlan(planFor('full-suite'), mixed, source, [])
    expect(plan.suites.map((s) => s.suite).toSorted()).toEqual(['connectivity', 'gossip'])
  })
  test.each<[string, readonly (readonly Pair[])[], readonly Pair[]]>([
    [
      'connectivity',
      plannedRounds(nineNodes, { planned: there, there }, measurements, {
        targets: { ...targets, sampleFloor: 1 },
        sampling: { beyondNodes: 40, seed: 0 },
        only,
      }),
      only,
    ],
    [
      'NAT traversal',
      natRounds(nineNodes, { planned: there, there }, measurements, {
        targets: { ...targets, sampleFloor: 1 },
        sampling: { beyondNodes: 40, seed: 0 },
        rebinding: true,
        only,
      })
        .filter((p) => p.order === 'in-turn')
        .flatMap((p) => p.rounds),
      only,
    ],
    ['throughput', throughputRounds(nineNodes, there, measurements, only), only],
  ])('%s dials these and no others', (_, rounds, wanted) => {
    const key = (p: Pair): string => `${p.from} ${p.to}`
    expect(rounds.flat().map(key).toSorted()).toEqual(wanted.map(key).toSorted())
  })
  test('a watched pair is judged whichever way it is named', () => {
    const both = [[pair(5, 6)], [pair(6, 5)]].map((one) => observedPairs(peers, measurements, one))
    expect(both[0]).toHaveLength(1)
    expect(both[1]).toEqual(both[0])
  })
})

describe('the verdict', () => {
  const part = connectivityPart(targets)
  const judged = (attempts: Readonly<Record<string, Happening>>) => {
    const input = run({ attempts })
    return verdict({
      ...input,
      criteria: 'all-pass',
      only: ofPairs,
      suites: [{ ...part, work: { ...part.work, targets: { ...targets, sampleFloor: 1, coverage: 100 }, only } }],
      items: {
        connectivity: (input.items.connectivity ?? [])
          .map((r) => ({
            ...r,
            attempts: r.attempts.filter(
              (a) => a.repetition === 1 && only.some((p) => p.from === a.pair.from && p.to === a.pair.to),
            ),
          }))
          .filter((r) => r.attempts.length > 0),
      },
    })
  }
  test('all came through: inconclusive, because it is no whole test, and nothing can be compared with it', () => {
    const v = judged({})
    expect(v.result).toBe('inconclusive')
    expect(v.reasons).toEqual([
      {
        kind: 'inconclusive',
        text: 'only 2 pairs of session s1 were repeated (2 of 2 counted attempts succeeded): this is no whole test',
      },
    ])
    expect(v.comparable).toBe(false)
    expect(v.suites.connectivity?.groups.map((g) => g.planned).reduce((a, b) => a + b)).toBe(2)
  })
  test('one failed again: failed, and its command repeats it', () => {
    const v = judged({ 'saorsa-5→saorsa-6': { path: 'none' } })
    expect(v.result).toBe('failed')
    const failed = failedOf(v.suites)
    expect(failed).toEqual([{ suite: 'connectivity', pair: pair(5, 6) }])
    expect(failed.map((f) => repeatCommand('s1', f, false))).toEqual([
      'vps-test test --session s1 --pair saorsa-5:saorsa-6',
    ])
    expect(failed.map((f) => repeatCommand('s1', f, true))).toEqual([
      'vps-test test --session s1 --pair saorsa-5:saorsa-6:connectivity',
    ])
  })
  test('a name that a shell would read otherwise stands in no command', () => {
    expect(
      ['$(id)', 'a b', 'a:b', '-x', "'"].map((from) =>
        repeatCommand('s1', { suite: 'connectivity', pair: { from, to: 'b' } }, false),
      ),
    ).toEqual([null, null, null, null, null])
  })
})
