/** Differences of rates against published tables, and what would have been found against simulated runs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  chanceOfDrop,
  independentDifference,
  pairedDifference,
  quantileOf,
  type Tries,
} from '../../src/domain/difference.ts'
import { smallestDrop } from '../../src/domain/smallest-drop.ts'

const z = quantileOf(0.95)
const of = (successes: number, attempts: number): Tries => ({ successes, attempts })

test.each([
  [0.9, 1.6449],
  [0.95, 1.96],
  [0.98, 2.3263],
  [0.99, 2.5758],
])('the normal quantile of %f, as every table has it', (level, quantile) =>
  expect(quantileOf(level)).toBeCloseTo(quantile, 4),
)

// Newcombe 1998 (Statistics in Medicine 17, 873–890), table II, method 10.
test.each([
  [of(56, 70), of(48, 80), 0.0524, 0.3339],
  [of(9, 10), of(3, 10), 0.1705, 0.809],
  [of(6, 7), of(2, 7), 0.0582, 0.8062],
  [of(5, 56), of(0, 29), -0.0381, 0.1926],
  [of(0, 10), of(0, 20), -0.1611, 0.2775],
  [of(0, 10), of(0, 10), -0.2775, 0.2775],
  [of(10, 10), of(0, 20), 0.6791, 1],
  [of(10, 10), of(0, 10), 0.6075, 1],
])('independent: %j and %j', (a, b, low, high) => {
  const interval = independentDifference(a, b, z)
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})

describe('paired', () => {
  // Fagerland, Lydersen, Laake 2014 (Statistics in Medicine 33, 2850–2875): airway hyper-responsiveness, Newcombe's square-and-add.
  test('of 21 children', () => {
    const { low, high } = pairedDifference({ both: 1, onlyNow: 1, onlyBefore: 7, neither: 12 }, z)
    expect([low.toFixed(3), high.toFixed(3)]).toEqual(['-0.507', '-0.026'])
  })
  test('is the independent one where nothing goes together, and never wider where something does', () => {
    const n = fc.integer({ min: 0, max: 60 })
    fc.assert(
      fc.property(n, n, n, n, (both, onlyNow, onlyBefore, neither) => {
        const attempts = both + onlyNow + onlyBefore + neither
        const own = pairedDifference({ both, onlyNow, onlyBefore, neither }, z)
        const apart = independentDifference(of(both + onlyNow, attempts), of(both + onlyBefore, attempts), z)
        const together = both * neither >= onlyNow * onlyBefore
        if (together) expect(own.high - own.low).toBeLessThanOrEqual(apart.high - apart.low + 1e-12)
        const turned = pairedDifference({ both, onlyNow: onlyBefore, onlyBefore: onlyNow, neither }, z)
        expect(own.low).toBeCloseTo(-turned.high, 10)
      }),
    )
  })
})

test.each([
  // Fisher's tea: 3 of 4 guessed right, 17 of 70.
  [of(1, 4), of(3, 4), 17 / 70],
  [of(0, 4), of(4, 4), 1 / 70],
  // Perondi et al. 2004, one-sided: half of the published 0.054.
  [of(1, 34), of(7, 34), 0.0272],
  [of(40, 40), of(40, 40), 1],
  [of(0, 0), of(40, 40), 1],
])('chance of a drop: %j after %j', (now, before, chance) => expect(chanceOfDrop(now, before)).toBeCloseTo(chance, 4))

test.each([
  [1, 10],
  [1, 40],
  [0.95, 40],
  [0.85, 90],
  [0.6, 200],
])(
  'the smallest drop from %f in %i attempts is found in four of five simulated runs, a smaller one in fewer',
  (rate, n) => {
    const drop = smallestDrop(rate, n, z)
    if (drop === null) throw new Error('there is one')
    const found = (by: number): number =>
      share(4000, (draw) => {
        const counts = { both: 0, onlyNow: 0, onlyBefore: 0, neither: 0 }
        for (let i = 0; i < n; i++) {
          const [now, before] = [draw() < rate - by, draw() < rate]
          counts[now ? (before ? 'both' : 'onlyNow') : before ? 'onlyBefore' : 'neither']++
        }
        return pairedDifference(counts, z).high < 0
      })
    expect(found(drop)).toBeGreaterThan(0.78)
    expect(found(drop * 0.8)).toBeLessThan(0.78)
  },
)
test('one attempt finds no drop at all, and it is said so', () => expect(smallestDrop(1, 1, z)).toBeNull())
test('thousands of attempts are counted out as well', () => expect(smallestDrop(0.95, 5000, z)).toBeCloseTo(0.0129, 3))

/** Seeded: the same figures on every machine (mulberry32). */
function share(runs: number, holds: (draw: () => number) => boolean): number {
  let state = 12345
  const draw = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  let times = 0
  for (let i = 0; i < runs; i++) if (holds(draw)) times++
  return times / runs
}
