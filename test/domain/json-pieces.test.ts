/** A file of one value, piece by piece, is the one that is written whole. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText, toLines } from '../../src/domain/bundle.ts'
import { jsonPieces, linePieces, wholeLines } from '../../src/domain/json-pieces.ts'

test('any value, with what JSON leaves out', () => {
  const value = fc.anything({ maxDepth: 6, withBigInt: false, values: [fc.jsonValue(), fc.constant(undefined)] })
  fc.assert(
    fc.property(fc.record({ a: value, b: fc.array(value) }), (of) => {
      expect([...jsonPieces(of)].join('')).toBe(jsonText(of))
    }),
  )
  for (const of of [{}, [], [[]], [{}], { a: {} }, null, 'a\nb', [undefined], { a: [undefined, 'x\n'] }])
    expect([...jsonPieces(of)].join('')).toBe(jsonText(of))
})

test('larger pieces are the same text, and each but the last ends with a line', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 50 }), (values, least) => {
      const whole = [...wholeLines(linePieces(values), least)]
      expect(whole.join('')).toBe(toLines(values))
      expect(whole.every((piece) => piece.endsWith('\n'))).toBe(true)
      const pieces = [...wholeLines(jsonPieces({ values }), least)]
      expect(pieces.join('')).toBe(jsonText({ values }))
      expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true)
    }),
  )
})
