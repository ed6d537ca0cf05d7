/** What is kept of texts in place of the texts: each is new once, however many there are. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { numberList } from '../../src/domain/number-list.ts'
import { textSet } from '../../src/domain/text-set.ts'

test('a text is new once: as a set of the texts themselves would say', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 }), (texts) => {
      const [set, known] = [textSet(), new Set<string>()]
      for (const text of texts) {
        expect(set.add(text)).toBe(!known.has(text))
        known.add(text)
      }
    }),
    { numRuns: 100 },
  )
})

test('it grows, and forgets nothing', () => {
  const set = textSet()
  const texts = Array.from({ length: 20_000 }, (_, i) => `attempt ${i}`)
  expect(texts.every((text) => set.add(text))).toBe(true)
  expect(texts.some((text) => set.add(text))).toBe(false)
})

test('numbers stand where they were put', () => {
  const list = numberList()
  for (let i = 0; i < 5000; i++) list.push(i / 2)
  expect([list.length, list.at(0), list.at(4999), list.at(5000), list.at(8000)]).toEqual([5000, 0, 2499.5, NaN, NaN])
})
