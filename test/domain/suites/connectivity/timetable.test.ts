import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pair } from '../../../../src/domain/evidence.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from '../../../../src/domain/suites/connectivity/coverage.ts'
import { pairKey, shortestGap, timetable, type Round } from '../../../../src/domain/suites/connectivity/timetable.ts'
import { measurements, peers as ninePeers } from '../../fixtures.ts'

const names = (n: number): string[] => Array.from({ length: n }, (_, i) => `p${i + 1}`)
const allPairs = (peers: readonly string[]): Pair[] =>
  peers.flatMap((from) => peers.filter((to) => to !== from).map((to) => ({ from, to })))
const counted = (rounds: readonly Round[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const pair of rounds.flat()) counts.set(pairKey(pair), (counts.get(pairKey(pair)) ?? 0) + 1)
  return counts
}

describe('the lab', () => {
  const pairs = plannedPairs(ninePeers, measurements)
  const rounds = timetable({
    peers: ninePeers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: ['saorsa-2', 'saorsa-3'],
    repetitions: repetitionsFor(pairs, 10),
  })
  test('80 attempts in 28 rounds (26 is the least: 16 tries of a bootstrap and the 10 rounds it sits out)', () => {
    expect(rounds.flat()).toHaveLength(80)
    expect(rounds).toHaveLength(28)
  })
  test('the two ends that must relay meet every third round, everybody else half a tournament apart', () => {
    const relayed = new Set(relayPairsOf(pairs).map(pairKey))
    expect(relayed).toEqual(new Set(['saorsa-6→saorsa-10', 'saorsa-10→saorsa-6']))
    expect(shortestGap(rounds)).toBe(3)
    expect(shortestGap(rounds.map((r) => r.filter((p) => !relayed.has(pairKey(p)))))).toBeGreaterThanOrEqual(9)
  })
})

test.each([2, 3, 4, 5, 8, 9, 20, 39, 40])(
  '%i peers, each pair once: as many rounds as a round robin needs, return matches half of it later',
  (n) => {
    const peers = names(n)
    const rounds = timetable({ peers, relayPairs: [], relayNodes: [] })
    const half = n % 2 === 0 ? n - 1 : n
    expect(rounds).toHaveLength(2 * half)
    expect(shortestGap(rounds)).toBe(half)
  },
)

test('one peer, or none, has nobody to dial', () => {
  expect(timetable({ peers: ['p1'], relayPairs: [], relayNodes: [] })).toEqual([])
  expect(timetable({ peers: [], relayPairs: [], relayNodes: [] })).toEqual([])
})

test('two peers, ten tries each: the directions take turns', () => {
  const rounds = timetable({
    peers: ['a', 'b'],
    relayPairs: [],
    relayNodes: [],
    repetitions: new Map([
      ['a→b', 10],
      ['b→a', 10],
    ]),
  })
  expect(rounds.map((r) => r.map(pairKey).join())).toEqual(
    Array.from({ length: 20 }, (_, i) => rounds[i % 2]?.map(pairKey).join()),
  )
  expect(new Set(rounds.flat().map(pairKey)).size).toBe(2)
})

const plans = fc.integer({ min: 2, max: 40 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    relays: fc.integer({ min: 0, max: Math.min(3, n - 1) }),
    /** Peers, counted from the end, that must relay among each other. */
    hard: fc.integer({ min: 0, max: Math.min(8, n) }),
    most: fc.integer({ min: 1, max: 5 }),
    seed: fc.array(fc.nat(4), { minLength: 7, maxLength: 7 }),
  }),
)

test('every pair exactly as often as asked, no node twice in a round, relay nodes free where a pair must relay, rounds near the least possible', () => {
  fc.assert(
    fc.property(plans, ({ n, relays, hard, most, seed }) => {
      const peers = names(n)
      const relayNodes = peers.slice(0, relays)
      const relayPairs = allPairs(peers.slice(Math.max(relays, n - hard)))
      const must = new Set(relayPairs.map(pairKey))
      const repetitions = new Map(allPairs(peers).map((p, i) => [pairKey(p), 1 + ((seed[i % 7] ?? 0) % most)]))
      const rounds = timetable({ peers, relayPairs, relayNodes, repetitions })

      expect(counted(rounds)).toEqual(repetitions)
      for (const round of rounds) {
        const busy = round.flatMap((p) => [p.from, p.to])
        expect(new Set(busy).size).toBe(busy.length)
        expect(round.length).toBeGreaterThan(0)
        if (round.some((p) => must.has(pairKey(p)))) expect(busy.filter((b) => relayNodes.includes(b))).toEqual([])
      }
      // A node plays once a round: the busiest node's plain and relayed tries are a bound from below for each kind of
      // round.
      const busiest = (list: Pair[]): number =>
        Math.max(
          0,
          ...peers.map((p) =>
            list
              .filter((t) => t.from === p || t.to === p)
              .reduce((sum, t) => sum + (repetitions.get(pairKey(t)) ?? 0), 0),
          ),
        )
      const apart = relays > 0
      const least =
        busiest(allPairs(peers).filter((p) => !apart || !must.has(pairKey(p)))) + (apart ? busiest(relayPairs) : 0)
      expect(rounds.length).toBeLessThanOrEqual(Math.ceil(least * 1.3) + 3)
    }),
    { numRuns: 150, seed: 20261122 },
  )
})

test('with uneven repetitions the rounds are on average within a tenth of the least possible', () => {
  const shares = Array.from({ length: 24 }, (_, i) => i + 4).flatMap((n) =>
    [2, 3, 5].map((most) => {
      const peers = names(n)
      const repetitions = new Map(
        peers.flatMap((from, i) =>
          peers.flatMap((to, j) =>
            from === to ? [] : [[pairKey({ from, to }), 1 + ((i * 7 + j * 3) % most)] as const],
          ),
        ),
      )
      const busiest = Math.max(
        ...peers.map((p) =>
          [...repetitions].filter(([key]) => key.split('→').includes(p)).reduce((sum, [, times]) => sum + times, 0),
        ),
      )
      return timetable({ peers, relayPairs: [], relayNodes: [], repetitions }).length / busiest
    }),
  )
  expect(shares.reduce((a, b) => a + b) / shares.length).toBeLessThan(1.1)
})
