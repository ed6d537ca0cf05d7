import { expect, test } from 'vitest'
import { percent, targetOf } from '../../src/domain/criteria.ts'
import { targets } from './fixtures.ts'

test.each([
  [0, '0'],
  [0.85, '85'],
  [29 / 30, '96.7'],
  [0.9996, '99.9'],
  [1 - 1e-12, '99.9'],
  [1, '100'],
])('%f is %s %%: less than all is never shown as all', (share, shown) => expect(percent(share)).toBe(shown))

test('targets by class', () => {
  expect((['direct', 'nat_traversed', 'relay'] as const).map((c) => targetOf(c, 'threshold', targets))).toEqual([
    99, 85, 100,
  ])
  expect((['direct', 'nat_traversed', 'relay'] as const).map((c) => targetOf(c, 'all-pass', targets))).toEqual([
    100, 100, 100,
  ])
  expect([targetOf('direct', 'improvement', targets), targetOf('direct', 'custom', targets)]).toEqual([null, null])
})
