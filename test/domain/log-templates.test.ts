/** Journals grouped into templates, and what is new since the last test that passed. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeOf, digestLogs, levelOf, logCounts, logKey, mostLogs } from '../../src/domain/log-templates.ts'
import { logsSection } from '../../src/report/sections/logs.ts'
import { sectionMarkdown } from '../../src/report/markdown.ts'
import { run } from './fixtures.ts'

const line = (second: number, message: string): string =>
  `2026-01-31T08:05:${String(second).padStart(2, '0')}.123456+0000 saorsa-2 testnet-peer[42]: ${message}`

test('values are taken out, and lines that differ in them alone are one template', () => {
  const { templates, lines } = digestLogs([
    [
      'a',
      [
        line(1, 'accepted 198.18.4.10:40123 as peer 6fe8a1c09b2d in 12 ms'),
        line(3, 'accepted [2001:db8::1]:9000 as peer 01234567ffaa in 9.5 ms'),
        line(7, 'listening on port 9000'),
      ].join('\n'),
    ],
    ['b', `${line(5, 'accepted 198.18.5.10:9 as peer deadbeef0123 in 100 ms')}\n`],
  ])
  expect(lines).toBe(4)
  expect(templates.map((t) => [t.template, t.count])).toEqual([
    ['accepted <address> as peer <id> in <n> ms', 3],
    ['listening on port <n>', 1],
  ])
  expect(templates[0]?.nodes).toEqual([
    { node: 'a', count: 2, first: '2026-01-31T08:05:01.123456+0000', last: '2026-01-31T08:05:03.123456+0000' },
    { node: 'b', count: 1, first: '2026-01-31T08:05:05.123456+0000', last: '2026-01-31T08:05:05.123456+0000' },
  ])
})
test.each([
  ['peer_id=0123456789abcdef, rtt=12ms, ok=true', 'peer_id=<id>, rtt=<n>, ok=true'],
  ['at 12:30:01 saw 2026-01-31T08:05:09Z', 'at <time> saw <time>'],
  ['node saorsa-4 is up', 'node saorsa-4 is up'],
  ['id 4be0643f-1d98-573b-97cd-ca98a65347dd done.', 'id <id> done.'],
  ['took 3.5s, 12% of 4MiB', 'took <n>, <n> of <n>'],
])('%s', (message, template) => expect(digestLogs([['a', line(1, message)]]).templates[0]?.template).toBe(template))
test('words that nobody knows to be values are merged where most of the line agrees', () =>
  expect(
    digestLogs([['a', ['user alice joined the room now', 'user bob joined the room now'].join('\n')]]).templates.map(
      (t) => t.template,
    ),
  ).toEqual(['user <*> joined the room now']))

test.each([
  ['thread main panicked at src/main.rs:1', 'error'],
  ['ERROR handshake failed', 'error'],
  ['WARN retrying', 'warning'],
  ['errorless terror', 'other'],
])('%s: %s', (message, level) => expect(levelOf(message)).toBe(level))
test('errors come first, however rare', () =>
  expect(
    digestLogs([
      ['a', [...Array.from({ length: 9 }, () => 'all is well'), 'warning: slow', 'fatal: gone'].join('\n')],
    ]).templates.map((t) => t.level),
  ).toEqual(['error', 'warning', 'other']))

test('new, more often, as before; without a test that passed nothing is said', () => {
  const digest = digestLogs([['a', [...Array.from({ length: 20 }, () => 'x y z'), 'fatal: gone'].join('\n')]])
  const of = (template: string) => digest.templates.find((t) => t.template === template) ?? expect.fail()
  expect(changeOf(of('fatal: gone'), {})).toBe('new')
  expect(changeOf(of('x y z'), logCounts(digest))).toBe('as before')
  expect(changeOf(of('x y z'), { [logKey(of('x y z'))]: 11 })).toBe('as before')
  expect(changeOf(of('x y z'), { [logKey(of('x y z'))]: 10 })).toBe('more often')
  expect(changeOf(of('x y z'), null)).toBeNull()
})

test('the same logs give the same digest, and no line is lost from the count', () =>
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 80 }), { maxLength: 60 }), (messages) => {
      const text = messages.join('\n')
      const digest = digestLogs([['a', text]])
      expect(digestLogs([['a', text]])).toEqual(digest)
      expect(digest.templates.reduce((n, t) => n + t.count, digest.beyond)).toBe(digest.lines)
    }),
  ))
test('a log made to be expensive is bounded: other lines each time, long words, endless lines', () => {
  const words = (i: number): string =>
    Array.from({ length: 60 }, (_, w) => `w${String.fromCharCode(97 + ((i * w) % 26))}x${'q'.repeat(i % 7)}`).join(' ')
  const hostile = [
    ...Array.from({ length: 30_000 }, (_, i) => words(i)),
    'a'.repeat(1_000_000),
    '1.'.repeat(400_000),
    ':'.repeat(100_000),
    `${'2026-01-31T'.repeat(9000)} x`,
  ].join('\n')
  const digest = digestLogs(Array.from({ length: 3 }, (_, i) => [`n${i}`, hostile] as const))
  expect(digest.templates.length).toBeLessThanOrEqual(mostLogs.templates)
  expect(Math.max(...digest.templates.map((t) => t.template.length))).toBeLessThan(2 * mostLogs.characters)
  expect(digest.templates.reduce((n, t) => n + t.count, digest.beyond)).toBe(digest.lines)
})

test('the page shows what is new in bold, and hostile words as words', () => {
  const logs = digestLogs([['a', ['fatal: <script>alert(1)</script> `x` | y', 'all is well'].join('\n')]])
  const before = {
    session: 's0',
    test: 'test-1',
    binarySha256: '0'.repeat(64),
    commit: null,
    counts: logCounts(digestLogs([['a', 'all is well']])),
    outcomes: null,
    nats: null,
  }
  const input = run({ earlier: null })
  const begun = input.history?.begun ?? expect.fail()
  const section = logsSection({
    logs,
    input: { ...input, history: { before: [], begun: { ...begun, passedBefore: before } } },
  })
  const page = section === null ? '' : sectionMarkdown(section)
  expect(page).toMatch(/\*\*error\*\* .*script.* \*\*new\*\* \|\n\| other .*all is well.* as before/)
  expect(page).toContain('``fatal: <script>alert(<n>)</script> `x` \\| y``')
})
