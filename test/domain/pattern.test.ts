/** Patterns of others: the run and `verify` read a log by the same engine, in time that is linear in the text. */
import { describe, expect, test } from 'vitest'
import { longestPattern, patternOf, patternShape } from '../../src/domain/pattern.ts'
import { longestRecord, recordIn } from '../../src/domain/received.ts'

const log = (pattern: string) =>
  ({ record: { kind: 'log', path: null, pattern }, payload: { kind: 'opaque' } }) as const
const of = (nonce: string) => ({ nonce, bytes: 4242 })
const sha256 = 'ab'.repeat(32)
const line = (more = '') => `12:00:01 got 4242 of n1 from 198.18.7.10:9 sha256=${sha256}${more}`
const honest = String.raw`got (?<bytes>\d+) of (?<nonce>\w+) from (?<from>\S+) sha256=(?<sha256>[0-9a-f]{64})`

describe('a record in a log', () => {
  test('is read by the named groups', () => {
    expect(recordIn(log(honest), line(), of('n1'))).toEqual({
      nonce: 'n1',
      raw: line(),
      bytes: 4242,
      sha256,
      from: '198.18.7.10:9',
      missing: 0,
      completedMs: null,
    })
    expect(recordIn(log(honest), line(), of('n2'))).toBeNull()
  })
  test('that names what is missing is asked for it', () => {
    const by = log(`${honest}(?: missing=(?<missing>\\d+))?`)
    expect(recordIn(by, line(' missing=3'), of('n1'))?.missing).toBe(3)
    expect(recordIn(by, line(), of('n1'))?.missing).toBe(-1)
  })
  test('of a pattern that is none is no record', () => expect(recordIn(log('(?<nonce>'), 'n1', of('n1'))).toBeNull())

  // An engine that goes back over the text needs longer than the universe for each of these.
  test.each([
    '(?<nonce>n1) (?<bytes>1) (?<sha256>(a+)+)$',
    '(?<nonce>n1) (?<bytes>1) (?<sha256>(a|aa)+)$',
    '(?<nonce>n1) (?<bytes>1) (?<sha256>(a*)*b)$',
    `(?<nonce>n1) (?<bytes>1) (?<sha256>${'(a*)*'.repeat(20)})$`,
  ])('%s comes to an end', (pattern) => {
    const text = `n1 1 ${'a'.repeat(longestRecord - 10)}!`
    expect(recordIn(log(pattern), text, of('n1'))).toBeNull()
  })
})

describe('a pattern that is not run', () => {
  test.each([
    ['(', 'missing closing )'],
    ['(?=a)', 'invalid or unsupported Perl syntax: `(?=` (RE2 syntax)'],
    [String.raw`(a)\1`, String.raw`invalid escape sequence: ${'`'}\1${'`'} (RE2 syntax)`],
    ['(?:a{30}){30}', 'its repetitions make it too large'],
    ['a{1001}', 'invalid repeat count'],
    ['a'.repeat(longestPattern + 1), `longer than ${longestPattern} characters`],
  ])('%s', (source, why) => {
    expect(patternOf(source)).toMatchObject({ fault: expect.stringContaining(why) })
    expect(patternShape(source)).toContain(why)
  })
  test('what is no text', () => expect(patternShape(null)).toBe(' is no text'))
})
