import { expect, test } from 'vitest'
import { signature } from '../../src/domain/writer.ts'

const writer = { kind: 'process', host: 'h', pid: 7 } as const

test('an entry says who wrote it; a clock that a test moved is never hidden, and one that runs as it should says nothing', () => {
  expect(signature({ writer, clockShift: 0 })).toEqual({ by: writer })
  expect(signature({ writer, clockShift: -3600 })).toEqual({ by: writer, clockShift: -3600 })
})
