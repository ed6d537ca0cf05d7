/** A node's self test: each part that does not work is told in words, and only what works all through is fit. */
import { expect, test } from 'vitest'
import { notRead, thereIs } from '../../src/domain/evidence.ts'
import { troubleOf } from '../../src/instruments/self-test.ts'
import { emptyCounters, flow } from '../domain/fixtures.ts'

const good = {
  look: {
    counters: thereIs({ ...emptyCounters, out: [flow('198.18.2.10', 9, 30_000, 1, 92)] }),
    lines: thereIs<readonly string[]>([]),
    clock: null,
    processes: notRead('not asked'),
  },
  end: { kind: 'ended', code: 0, late: false, sha256: null, output: '', errors: '' },
  bindPort: 30_000,
  binary: '/opt/p/current/p',
} as const

test('everything works', () => expect(troubleOf(good)).toBeNull())
test.each<[Partial<Parameters<typeof troubleOf>[0]>, string]>([
  [
    { look: { ...good.look, counters: { kind: 'absent' } } },
    'its packet witness cannot be made: the table is gone at once',
  ],
  [
    { look: { ...good.look, counters: notRead('nft: not found') } },
    'its packet witness cannot be read: nft: not found',
  ],
  [{ bindPort: 30_001 }, "its packet witness did not count our own prober's packet"],
  [
    { look: { ...good.look, lines: notRead('reading it ended with 65') } },
    "the receiver's record cannot be read there: reading it ended with 65",
  ],
  [
    { end: { kind: 'not-started', why: 'no cgroup2 that can be written' } },
    'no program can be run there: no cgroup2 that can be written',
  ],
  [{ end: { ...good.end, code: 1 } }, '/opt/p/current/p cannot be executed there (exit 1)'],
])('%j', (changes, text) => expect(troubleOf({ ...good, ...changes })).toBe(text))
