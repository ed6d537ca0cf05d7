/** Readings of what arrives: one that failed makes the whole unread, because what came meanwhile would be timed wrong. */
import { expect, test } from 'vitest'
import { notRead, thereIs } from '../../src/domain/evidence.ts'
import { parseArrivals } from '../../src/instruments/arrivals.ts'

test.each([
  [
    'all of them',
    'ready\n10.00 10.02 0\n10.13 10.15 1500\n',
    thereIs([
      { fromMs: 10_000, toMs: 10_020, bytes: 0 },
      { fromMs: 10_130, toMs: 10_150, bytes: 1500 },
    ]),
  ],
  ['none', 'ready\n', notRead('nothing was read')],
  ['one that failed', 'ready\n10.00 10.02 0\n10.13 10.15 -\n10.20 10.30 7\n', notRead('reading 2 of 3 failed')],
  ['one that is cut', 'ready\n10.00 10.02 0\n10.1', notRead('reading 2 of 2 failed')],
  ['words of a login file', 'welcome\nready\n10.00 10.02 0\n', notRead('reading 1 of 2 failed')],
])('%s', (_, stdout, read) => expect(parseArrivals(stdout)).toEqual(read))
