/** The NAT matrix against the oracle, whichever of two peers dials first, and NATs that forgot or were asked for in vain. */
import { describe, expect, test } from 'vitest'
import { notRead, thereIs, type Pair } from '../../../src/domain/evidence.ts'
import { pairKey } from '../../../src/domain/suites/connectivity/timetable.ts'
import { natPairs, natRounds } from '../../../src/domain/suites/nat-traversal/rounds.ts'
import { rederiveNat } from '../../../src/domain/suites/nat-traversal/rederive.ts'
import type { NatOrder, NatRound, NatTraversalWork } from '../../../src/domain/suites/nat-traversal/work.ts'
import { verdict } from '../../../src/domain/verdict.ts'
import type { VerdictInput } from '../../../src/domain/verdict-input.ts'
import { profiles } from '../../inputs/read.ts'
import {
  attemptOf,
  measurements,
  nineNodes,
  peers,
  roundsOf,
  run,
  targets,
  together,
  type Happening,
} from '../fixtures.ts'

const work: NatTraversalWork = {
  targets,
  cooloffSeconds: 3,
  timeoutSeconds: 10,
  types: [],
  rebinding: true,
  settleSeconds: 10,
  restSeconds: 15,
  sampling: { beyondNodes: 40, seed: 0 },
}
const there = peers.map((n) => n.name)
const oracles = new Map(natPairs(peers, measurements, work).all.map((p) => [pairKey(p.pair), p.oracle]))

interface Told {
  readonly order: NatOrder
  readonly pair: Pair
}
type Happens = (told: Told) => Happening

/** As the oracle expects, but for what is told otherwise. */
function itemsOf(otherwise: Happens = () => ({}), forgotten: NatRound['forgotten'] | null = null): readonly NatRound[] {
  let number = 0
  const tries = new Map<string, number>()
  return natRounds(nineNodes, { planned: there, there }, measurements, work).flatMap(({ order, rounds }) =>
    rounds.flatMap((round) => {
      number++
      const tried = round.map((pair) => {
        const repetition = (tries.get(pairKey(pair)) ?? 0) + 1
        tries.set(pairKey(pair), repetition)
        const relayed = oracles.get(pairKey(pair))?.expected === 'relayed'
        const happening: Happening = { ...(relayed ? { path: 'relayed' } : {}), ...otherwise({ order, pair }) }
        return attemptOf(pair, { round: number, repetition }, measurements, happening)
      })
      const nats = round.map(({ to: node }) => ({ node, removed: thereIs(3) }))
      return roundsOf(together(tried)).map((r) => ({
        ...r,
        order,
        forgotten: order === 'rebound' ? (forgotten ?? nats) : [],
      }))
    }),
  )
}

const judged = (
  items: readonly NatRound[],
  more: Partial<NatTraversalWork> = {},
  input: Partial<VerdictInput> = {},
) => {
  const part = {
    suite: 'nat-traversal',
    work: { ...work, ...more },
    attempts: 0,
    seconds: 0,
    detail: '',
    thresholds: '',
  }
  const v = verdict({ ...run(), ...input, suites: [part as never], items: { 'nat-traversal': items } })
  const suite = v.suites['nat-traversal'] ?? expect.fail('it was not judged')
  const groups = Object.fromEntries(suite.groups.map((g) => [g.name, `${g.successes}/${g.attempts}`]))
  return { v, groups, figures: suite.figures, reasons: v.reasons.map((r) => r.text), samples: suite.samples }
}

describe('NAT traversal', () => {
  test('as the NATs let expect, in every order: passed, each cell as the oracle says, no surprise', () => {
    const { v, groups, figures } = judged(itemsOf())
    expect(v.result).toBe('passed')
    // 20 pairs to open nodes, 30 to NATs, 2 by relay five times; each once more at once, and four calls twice.
    expect(groups).toEqual({
      direct: '40/40',
      nat_traversed: '60/60',
      relay: '12/12',
      'after rebinding': '4/4',
      'after a rest': '4/4',
    })
    expect(figures?.surprises).toEqual([])
    expect(figures?.cells.find((c) => c.from === 'port-restricted' && c.to === 'symmetric')).toEqual({
      from: 'port-restricted',
      to: 'symmetric',
      expected: 'relayed',
      attempts: 6,
      endToEnd: 0,
      relayed: 6,
      failed: 0,
      notCounted: 0,
    })
    expect(figures?.cells.find((c) => c.from === 'symmetric' && c.to === 'full-cone')).toMatchObject({
      expected: 'end-to-end',
      endToEnd: 2,
    })
  })
  test('a pair that fails only where both dial at once is a surprise, and told so', () => {
    const ends = ['saorsa-4', 'saorsa-5']
    const { groups, figures } = judged(
      itemsOf(({ order, pair }) =>
        order === 'simultaneous' && ends.includes(pair.from) && ends.includes(pair.to) ? { path: 'none' } : {},
      ),
    )
    expect(groups['nat_traversed']).toBe('58/60')
    expect(figures?.surprises).toHaveLength(2)
    expect(figures?.surprises[0]).toMatch(/^saorsa-\d → saorsa-\d: expected end-to-end, saw nothing.*\(simultaneous\)$/)
    expect(figures?.orders.find((o) => o.order === 'simultaneous')).toEqual({
      order: 'simultaneous',
      attempts: 52,
      successes: 50,
    })
  })
  test('a program that is not found again after its NAT forgot fails there, and nowhere else', () => {
    const { v, groups, reasons } = judged(itemsOf(({ order }) => (order === 'rebound' ? { path: 'none' } : {})))
    expect([v.result, groups['after rebinding'], groups['nat_traversed']]).toEqual(['failed', '0/4', '60/60'])
    expect(reasons).toEqual([expect.stringContaining('after rebinding: 0/4')])
  })
  test.each([
    ['had nothing to forget', thereIs(0), 'it had no mapping'],
    ['could not be told to', notRead('conntrack: not permitted'), 'conntrack: not permitted'],
  ])('a NAT that %s blames nobody, and praises nobody', (_, removed, why) => {
    const forgotten = peers.map((n) => ({ node: n.name, removed }))
    const { v, groups, samples } = judged(itemsOf(undefined, forgotten))
    expect([v.result, groups['after rebinding']]).toEqual(['inconclusive', '0/0'])
    const [first] = samples.filter((s) => s.order === 'rebound')
    expect([first?.outcome, first?.sentence]).toEqual(['infra', expect.stringContaining(why)])
  })
  test('a type that the configuration asks for and no node is measured to be keeps the run from passing', () => {
    expect(judged(itemsOf(), { types: ['full_cone', 'symmetric'] }).v.result).toBe('passed')
    const { v, reasons } = judged(itemsOf(), { types: ['full_cone', 'cgnat'] })
    expect([v.result, reasons]).toEqual(['inconclusive', ['tests.nat_matrix asks for cgnat, which was not measured']])
  })
  test('where NATs may not be made to forget, that is not covered', () => {
    const items = itemsOf().filter((i) => i.order !== 'rebound')
    const { v, groups } = judged(items, { rebinding: false })
    expect([v.result, groups['after rebinding']]).toEqual(['passed', undefined])
    expect(v.notCovered.map((n) => JSON.stringify(n))).toContainEqual(expect.stringContaining('forgets its mappings'))
  })
})

test('the order of a round is derived again from the plan', () => {
  const profile = profiles.find((p) => p.name === 'testnet') ?? expect.fail()
  const again = () =>
    rederiveNat(
      {
        fleet: nineNodes,
        profile: { ...profile, servicePort: 9000 },
        test: 1,
        seed: '5'.repeat(64),
        planned: there,
        there,
        measurements,
        running: [],
        checkpoint: false,
      },
      work,
    )
  const [first] = itemsOf()
  if (first === undefined) expect.fail()
  const orderFaults = (item: NatRound) =>
    again()
      .add(item)
      .filter((f) => /order|forget/.test(f))
  expect(orderFaults(first)).toEqual([])
  expect(orderFaults({ ...first, order: 'rested' })).toEqual(['round 1: its order is rested, not in-turn'])
  expect(orderFaults({ ...first, forgotten: [{ node: 'saorsa-4', removed: thereIs(1) }] })).toEqual([
    'round 1: a NAT was made to forget where the plan has no such thing',
  ])
})
