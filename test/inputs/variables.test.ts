/** One secret that holds several: read line by line, and never repeated in an error. */
import { expect, test } from 'vitest'
import { parseLines } from '../../src/inputs/variables.ts'

test('names, values with =, comments and empty lines', () =>
  expect(parseLines('# ways\nA_1=https://x/?a=b\r\n\n  B=  c \n', 'x')).toEqual({ A_1: 'https://x/?a=b', B: '  c' }))
test('what is no line is named by its number alone', () => {
  expect(() => parseLines('A=b\nhunter2\nC=d\nsecret value', 'the input notify')).toThrow(
    /^line 2, 4 of the input notify is no NAME=value$/,
  )
})
