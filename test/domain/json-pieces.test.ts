/** A file of one value, piece by piece, is the one that is written whole. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from '../../src/domain/bundle.ts'
import { jsonPieces } from '../../src/domain/json-pieces.ts'

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
