/** A few of the random changes of `npm run fuzz:verify`, the same ones each time. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batch, fuzzer, isFind, type Fuzzer } from './fuzz.ts'

let one: Fuzzer
beforeAll(async () => {
  one = await fuzzer()
})
afterAll(() => one.remove())

test('evidence that was changed at random is at fault, or means the same', async () => {
  const { runs, outcomes, find } = await batch(one, 20_260, 25)
  expect(find).toBeNull()
  expect(runs).toBe(25)
  expect(outcomes.fault).toBeGreaterThan(12)
})

test('an untouched folder means the same, and a verdict that is another word does not', async () => {
  const nothing = await one.try({ of: 0, mutations: [], sealing: 'none' })
  expect(nothing).toEqual({ outcome: 'accepted, the same', why: '' })
  // The first one, captures, holds nothing here.
  const cut = await one.try({ of: 0, mutations: [{ kind: 'truncate', file: 1, at: 1 }], sealing: 'all' })
  expect(isFind(cut)).toBe(false)
  expect(cut.outcome).toBe('fault')
})
