/** A node whose counters did not begin at zero was not seen: what they hold may be of the window before. */
import { expect, test } from 'vitest'
import { thereIs } from '../../src/domain/evidence.ts'
import { readingOf } from '../../src/suites/node-reading.ts'
import { emptyCounters, flow } from '../domain/fixtures.ts'

const counters = { ...emptyCounters, in: [flow('198.18.2.10', 9000, 9000, 90, 90_000)] }
const looks = {
  done: new Map([['a', { counters: thereIs(counters), lines: thereIs([]), clock: null, processes: thereIs([]) }]]),
  failed: new Map(),
}
const boxes = { done: new Map([['a', thereIs({ counters, mappings: [] })]]), failed: new Map() }

test('counters of a node and of its box are as they were read, where both began at zero', () => {
  expect(readingOf('a', looks, boxes)).toMatchObject({
    counters: { kind: 'there' },
    box: { kind: 'there' },
    processes: { kind: 'there' },
  })
})

test('and not read where they did not; what ran there was seen all the same', () => {
  const why = 'the counters did not begin at zero: not finished after 30 s'
  expect(readingOf('a', looks, boxes, new Map([['a', 'not finished after 30 s']]))).toMatchObject({
    counters: { kind: 'not-read', why },
    box: { kind: 'not-read', why },
    processes: { kind: 'there' },
  })
  expect(
    readingOf('a', looks, { done: new Map([['a', null]]), failed: new Map() }, new Map([['a', 'x']])).box,
  ).toBeNull()
})
