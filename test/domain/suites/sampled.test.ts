/** Which pairs are drawn of a large fleet: everybody both ways, every NAT × NAT, every class, the same by the same seed. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { natKinds, type FleetNode, type NatKind } from '../../../src/domain/fleet.ts'
import { drawnPairs, natNameIn } from '../../../src/domain/suites/connectivity/drawn.ts'
import { plannedRounds } from '../../../src/domain/suites/connectivity/rounds.ts'
import { pairKey } from '../../../src/domain/suites/connectivity/timetable.ts'
import { cellsOf, drawnText } from '../../../src/domain/suites/sampled.ts'
import { pairClasses } from '../../../src/domain/suites/connectivity/oracle.ts'
import { labFleet, nodeOf, planOf } from '../../kit/plan.ts'
import { targets } from '../fixtures.ts'

const peersOf = (nats: readonly NatKind[]): readonly FleetNode[] => nats.map((nat, i) => nodeOf(`n${i}`, { nat }))
const draw = (peers: readonly FleetNode[], beyondNodes = 40, seed = 0) =>
  drawnPairs(peers, [], { sampling: { beyondNodes, seed }, targets })
const keys = (pairs: ReturnType<typeof draw>['pairs']): readonly string[] => pairs.map((p) => pairKey(p.pair))
const many = fc.array(fc.constantFrom(...natKinds), { minLength: 9, maxLength: 24 })
const seeds = fc.integer({ min: 0, max: 0xffff_ffff })

test('up to so many nodes all pairs are tried, in the order of the fleet', () => {
  const peers = peersOf(Array.from({ length: 40 }, () => 'none'))
  const { pairs, all } = draw(peers)
  expect([pairs.length, pairs]).toEqual([1560, all])
})

describe('of more nodes', () => {
  test('as many pairs are drawn as so many nodes have, or as must be', () =>
    fc.assert(
      fc.property(many, seeds, (nats, seed) => {
        const { pairs, all } = draw(peersOf(nats), 8, seed)
        expect(new Set(keys(pairs)).size).toBe(pairs.length)
        expect(pairs.length).toBeGreaterThanOrEqual(Math.min(56, all.length))
        // Cells, ends and floors at most.
        expect(pairs.length).toBeLessThanOrEqual(Math.max(56, 25 + 2 * nats.length + 30))
      }),
      { numRuns: 60 },
    ))
  test('every node dials and is dialled, and every NAT × NAT that the fleet has is tried', () =>
    fc.assert(
      fc.property(many, seeds, (nats, seed) => {
        const peers = peersOf(nats)
        const { pairs, all } = draw(peers, 8, seed)
        expect(new Set(pairs.map((p) => p.pair.from)).size).toBe(peers.length)
        expect(new Set(pairs.map((p) => p.pair.to)).size).toBe(peers.length)
        expect(cellsOf(pairs, natNameIn(peers, []))).toBe(cellsOf(all, natNameIn(peers, [])))
      }),
      { numRuns: 60 },
    ))
  test('every class has as many pairs as its sample floor asks for, or all that there are', () =>
    fc.assert(
      fc.property(many, seeds, (nats, seed) => {
        const { pairs, all } = draw(peersOf(nats), 8, seed)
        for (const name of pairClasses) {
          const [drawn, there] = [pairs, all].map((list) => list.filter((p) => p.oracle.pairClass === name).length)
          expect(drawn).toBeGreaterThanOrEqual(Math.min(targets.sampleFloor, there ?? 0))
        }
      }),
      { numRuns: 60 },
    ))
  test('the same seed draws the same, another draws others', () => {
    const peers = peersOf(Array.from({ length: 60 }, (_, i) => natKinds[i % natKinds.length] ?? 'none'))
    const of = (seed: number) => keys(draw(peers, 20, seed).pairs)
    expect(of(7)).toEqual(of(7))
    expect(of(7)).not.toEqual(of(8))
  })
  test('the timetable dials each drawn pair as often as its class asks, nobody twice in a round', () =>
    fc.assert(
      fc.property(many, seeds, (nats, seed) => {
        const peers = peersOf(nats)
        const fleet = { ...labFleet([]), nodes: peers }
        const [names, sampling] = [peers.map((n) => n.name), { beyondNodes: 8, seed }]
        const rounds = plannedRounds(fleet, { planned: names, there: names }, [], { targets, sampling })
        expect([...new Set(rounds.flat().map(pairKey))].toSorted()).toEqual(keys(draw(peers, 8, seed).pairs).toSorted())
        for (const round of rounds) {
          const ends = round.flatMap((p) => [p.from, p.to])
          expect(new Set(ends).size).toBe(ends.length)
        }
        const gone = names[0] ?? ''
        const without = plannedRounds(fleet, { planned: names, there: names.slice(1) }, [], { targets, sampling })
        const kept = new Set(
          rounds
            .flat()
            .filter((p) => p.from !== gone && p.to !== gone)
            .map(pairKey),
        )
        expect(new Set(without.flat().map(pairKey))).toEqual(kept)
      }),
      { numRuns: 30 },
    ))
})

test('a session of 300 nodes is planned, with what is not dialled', () => {
  const nodes = ['registry', ...Array.from({ length: 299 }, (_, i) => `n${i}`)]
  const base = labFleet(nodes)
  const fleet = {
    ...base,
    nodes: base.nodes.map((n, i) => ({
      ...n,
      ...(i === 0 ? {} : { nat: natKinds[i % natKinds.length] ?? ('none' as const) }),
      ...(i === 1 || i === 6 ? { role: 'bootstrap' as const, nat: 'none' as const } : {}),
    })),
  }
  const { suites } = planOf({ fleet })
  const part = suites.find((s) => s.suite === 'connectivity')
  expect(part?.attempts).toBe(1560)
  expect(part?.detail).toMatch(/^1,560 of 89,102 pairs drawn, every node and every NAT type × type; 1560 attempts in/)
})

test.each([
  [1560, 1560, []],
  [1560, 6320, ['1,560 of 6,320 pairs drawn, every node and every NAT type × type']],
  [999, 1_000_000, ['999 of 1,000,000 pairs drawn, every node and every NAT type × type']],
])('%i of %i', (drawn, all, text) => expect(drawnText(drawn, all)).toEqual(text))
