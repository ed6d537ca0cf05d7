/** Lines of logs: from records and from evidence, whatever a program writes, merged by time. */
import { expect, test } from 'vitest'
import { evidenceLines, merged, recordLines } from '../../src/domain/log-lines.ts'
import { sinceOf } from '../../src/domain/since.ts'

const record = (message: unknown, time: unknown = '1700000000123456'): string =>
  JSON.stringify({ __CURSOR: 'x', __REALTIME_TIMESTAMP: time, MESSAGE: message })

test('a record: its time to the microsecond, its lines', () => {
  expect(recordLines('a', record('one\ntwo'))).toEqual([
    { at: 1_700_000_000_123.456, node: 'a', text: 'one' },
    { at: 1_700_000_000_123.456, node: 'a', text: 'two' },
  ])
})
test('a message in bytes is text, whatever they are', () => {
  expect(recordLines('a', record([104, 105, 255]))).toEqual([
    { at: 1_700_000_000_123.456, node: 'a', text: 'hi\ufffd' },
  ])
})
test.each([
  ['no JSON', 'a line'],
  ['a list', '[]'],
  ['nothing', 'null'],
  ['no time', JSON.stringify({ MESSAGE: 'x' })],
  ['a time that is none', record('x', 'now')],
  ['no message', record(null)],
  ['bytes that are none', record([300])],
])('%s is no record', (_, text) => expect(recordLines('a', text)).toBeNull())

test('a program cannot pose as another node or another time: what it writes is the text of its own record', () => {
  const forged = record('x"}\n{"__REALTIME_TIMESTAMP":"1","MESSAGE":"forged"}')
  expect(recordLines('a', forged)?.every((l) => l.at === 1_700_000_000_123.456 && l.node === 'a')).toBe(true)
})

test('evidence: each line at its time, one without belongs to the line before', () => {
  const text = [
    '-- Journal begins --',
    'lost before the first time',
    '2026-01-31T08:05:09.123456+0000 host peer[42]: a: b',
    '  second line',
    '2026-01-31T08:05:10.000000+00:00 host systemd[1]: Started.',
    '',
  ].join('\n')
  expect(evidenceLines('n', text)).toEqual([
    { at: Date.parse('2026-01-31T08:05:09.123Z'), node: 'n', text: 'a: b' },
    { at: Date.parse('2026-01-31T08:05:09.123Z'), node: 'n', text: '  second line' },
    { at: Date.parse('2026-01-31T08:05:10Z'), node: 'n', text: 'Started.' },
  ])
})

test('merged by time; what is of one time stays in its order', () => {
  const lines = [3, 1, 2, 1].map((at, i) => ({ at, node: `n${i}`, text: '' }))
  expect(merged(lines).map((l) => l.node)).toEqual(['n1', 'n3', 'n2', 'n0'])
})

const now = Date.parse('2026-01-31T12:00:00Z')
test.each([
  ['10m', now - 600_000],
  ['90 s', now - 90_000],
  ['2hours', now - 7_200_000],
  ['1d', now - 86_400_000],
  ['2026-01-31', Date.parse('2026-01-31T00:00:00Z')],
  ['2026-01-31 08:30', Date.parse('2026-01-31T08:30:00Z')],
  ['2026-01-31T08:30:15+02:00', Date.parse('2026-01-31T06:30:15Z')],
])('since %s', (text, at) => expect(sinceOf(text, now)).toBe(at))
test.each(['', 'yesterday', '-5m', '10', '2026-13-01', '1e3s', '99999999m'])('no time: %s', (text) =>
  expect(sinceOf(text, now)).toBeNull(),
)

test('of one record, however many lines it has, some', () => {
  const record = JSON.stringify({ __REALTIME_TIMESTAMP: '1000000000000000', MESSAGE: '\n'.repeat(160_000) })
  expect(recordLines('n', record)).toHaveLength(501)
})
