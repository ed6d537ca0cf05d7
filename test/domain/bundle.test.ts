/** Evidence as lines, and the verdict's input made from a bundle. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromLines, layout, toLines } from '../../src/domain/bundle.ts'

test('lines come back as values, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (values) => {
      expect(fromLines(toLines(values))).toEqual(JSON.parse(JSON.stringify(values)))
    }),
  )
  expect(toLines([{ a: 'x\ny' }, 1])).toBe('{"a":"x\\ny"}\n1\n')
  expect(fromLines('')).toEqual([])
})
test('a torn last line, and a line that is no JSON, are refused', () => {
  expect(() => fromLines('{"a":1}\n{"b"')).toThrow('torn')
  expect(() => fromLines('{"a":1}\n{"b":2}')).toThrow('torn')
  expect(() => fromLines('{"a":1}\n{"b"\n')).toThrow('JSON')
})
test('no two parts of a bundle share a file', () => {
  expect(new Set(Object.values(layout)).size).toBe(Object.keys(layout).length)
})
