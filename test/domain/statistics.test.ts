import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attemptsForLowerBound, quantile, spread, wilson } from '../../src/domain/statistics.ts'

describe('Wilson, 95 %', () => {
  // Newcombe 1998 (Statistics in Medicine 17), table I, method 3, and R's prop.test(correct = FALSE).
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    [5, 10, 0.2366, 0.7634],
    [10, 10, 0.7225, 1],
    [40, 40, 0.9124, 1],
    [0, 0, 0, 1],
  ])('%i/%i', (successes, attempts, low, high) => {
    const w = wilson(successes, attempts)
    expect(w.low).toBeCloseTo(low, 4)
    expect(w.high).toBeCloseTo(high, 4)
  })
  test('holds the rate, inside 0..1, and mirrors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n))),
        ([s, n]) => {
          const w = wilson(s, n)
          const mirror = wilson(n - s, n)
          expect(w.low).toBeGreaterThanOrEqual(0)
          expect(w.high).toBeLessThanOrEqual(1)
          expect(w.low).toBeLessThanOrEqual(s / n)
          expect(w.high).toBeGreaterThanOrEqual(s / n)
          expect(w.low).toBeCloseTo(1 - mirror.high, 10)
        },
      ),
    )
  })
  test.each([0.7, 0.85, 0.9, 0.99])(
    '%f: the number of faultless attempts named is enough, one fewer is not',
    (target) => {
      const n = attemptsForLowerBound(target) ?? 0
      expect(wilson(n, n).low).toBeGreaterThanOrEqual(target)
      expect(wilson(n - 1, n - 1).low).toBeLessThan(target)
    },
  )
  test('no number is enough for 100 %', () => expect(attemptsForLowerBound(1)).toBeUndefined())
})

describe('nearest-rank quantiles', () => {
  test.each([
    [[15, 20, 35, 40, 50], 0.05, 15],
    [[15, 20, 35, 40, 50], 0.3, 20],
    [[15, 20, 35, 40, 50], 0.4, 20],
    [[15, 20, 35, 40, 50], 0.5, 35],
    [[15, 20, 35, 40, 50], 1, 50],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.25, 7],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.5, 8],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.75, 15],
    [[7], 0.95, 7],
  ])('%j at %f: %i', (values, q, expected) => expect(quantile(values.toReversed(), q)).toBe(expected))
  test('a rank that floating point puts a hair too high', () =>
    expect(
      quantile(
        Array.from({ length: 100 }, (_, i) => i + 1),
        0.07,
      ),
    ).toBe(7))
  test('nothing has none', () => expect(spread([])).toEqual({ count: 0, p50: null, p95: null, max: null }))
})
