/** The receiver's own record, wherever a profile says that it is read: hostile and broken texts are no record. */
import { describe, expect, test } from 'vitest'
import { fileLines, journalLines } from '../../src/commands/record.ts'
import type { Profile } from '../../src/domain/profile.ts'
import type { HttpAnswer } from '../../src/ports.ts'
import { readerOf } from '../../src/suites/readers/readers.ts'
import { planOf } from '../kit/plan.ts'

const fields = { nonce: 'nonce', bytes: 'bytes', sha256: 'hash', from: 'from', missing: 'missing', completedMs: 'ms' }
const plan = planOf()
const about = { nonce: 'aa', bytes: 9 }
const good = { nonce: 'aa', bytes: 9, hash: 'ff', from: '10.0.0.1:1', missing: 0, ms: 12 }
const record = { nonce: 'aa', bytes: 9, sha256: 'ff', from: '10.0.0.1:1', missing: 0, completedMs: 12 }

const onNode = (of: Profile['record']) => {
  const reader = readerOf({ record: of, payload: { kind: 'opaque' } })
  return reader.kind === 'on-node' ? reader : expect.fail()
}

describe('JSON lines', () => {
  const reader = onNode({ kind: 'jsonl', path: '{dataDir}/r', fields })
  const read = (...lines: readonly string[]) => reader.parse(lines, about)
  test('are looked for in the file, by nonce', () =>
    expect(reader.command(plan, ['aa', 'bb'])).toEqual(fileLines('/var/lib/peer/r', 'peer', ['aa', 'bb'])))
  test('the line of the nonce, the first one', () =>
    expect(
      read(JSON.stringify({ ...good, nonce: 'bb' }), JSON.stringify(good), JSON.stringify({ ...good, bytes: 1 })),
    ).toEqual({ ...record, raw: JSON.stringify(good) }))
  test.each([
    ['no line of it', [JSON.stringify({ ...good, nonce: 'bb' })]],
    ['the nonce somewhere else in the line', ['{"note":"aa"}', '{"nonce":"xaa"}', '"aa"']],
    ['a torn line', [JSON.stringify(good).slice(0, -3)]],
  ])('%s is no record', (_, lines) => expect(read(...lines)).toBeNull())
  test('fields of another kind match no payload', () =>
    expect(read(JSON.stringify({ nonce: 'aa', bytes: '9', hash: 7, missing: null }))).toMatchObject({
      bytes: -1,
      missing: -1,
      sha256: '7',
      from: null,
      completedMs: null,
    }))
})

describe('log lines', () => {
  const pattern =
    'received nonce=(?<nonce>\\w+) bytes=(?<bytes>\\d+) sha256=(?<sha256>[0-9a-f]+)(?: from=(?<from>\\S+))?'
  const reader = onNode({ kind: 'log', path: null, pattern })
  const read = (...lines: readonly string[]) => reader.parse(lines, about)
  test('are looked for in the journal of the unit, or in a file', () => {
    expect(reader.command(plan, ['aa'])).toEqual(journalLines('peer', ['aa']))
    expect(onNode({ kind: 'log', path: '{dataDir}/x.log', pattern }).command(plan, ['aa'])).toEqual(
      fileLines('/var/lib/peer/x.log', 'peer', ['aa']),
    )
  })
  test('the line of the nonce, taken apart by its groups', () => {
    const line = '2026-01-31 INFO received nonce=aa bytes=9 sha256=ff from=10.0.0.1:1'
    expect(read('received nonce=bb bytes=1 sha256=00', line)).toEqual({ ...record, completedMs: null, raw: line })
  })
  test('parts that the program names are counted; a pattern that asks for none has none missing', () => {
    const withMissing = onNode({ kind: 'log', path: null, pattern: `${pattern} missing=(?<missing>\\S+)` })
    expect(withMissing.parse(['received nonce=aa bytes=9 sha256=ff missing=3'], about)?.missing).toBe(3)
    expect(withMissing.parse(['received nonce=aa bytes=9 sha256=ff missing=some'], about)?.missing).toBe(-1)
  })
  test.each([
    ['another nonce', 'received nonce=aab bytes=9 sha256=ff'],
    ['a line that is no record', 'sent nonce=aa bytes=9'],
    ['a record behind four thousand characters', `${'x'.repeat(4000)}received nonce=aa bytes=9 sha256=ff`],
  ])('%s is no record', (_, line) => expect(read(line)).toBeNull())
})

describe('HTTP', () => {
  const asked: string[] = []
  const ask = (body: string, status = 200, list = 'data.received') => {
    const reader = readerOf({
      record: { kind: 'http', port: 8081, path: '/received/{nonce}', list, fields },
      payload: { kind: 'opaque' },
    })
    if (reader.kind !== 'over-http') return expect.fail()
    const http = (node: string, url: string): Promise<HttpAnswer> => {
      asked.push(`${node} ${url}`)
      return Promise.resolve({ status, headers: {}, body: new TextEncoder().encode(body) })
    }
    return reader.ask({ http }, 'saorsa-3', about)
  }
  test('the object of the nonce in the list', async () => {
    const body = JSON.stringify({ data: { received: [{ ...good, nonce: 'bb' }, good] } })
    expect(await ask(body)).toEqual({ ...record, raw: JSON.stringify(good) })
    expect(asked.at(-1)).toBe('saorsa-3 http://127.0.0.1:8081/received/aa')
  })
  test('an answer that is the record itself', async () =>
    expect(await ask(JSON.stringify(good), 200, '$')).toMatchObject(record))
  test.each([
    ['no JSON', '<html>', 200],
    ['a list somewhere else', JSON.stringify({ received: [good] }), 200],
    ['an error', JSON.stringify({ data: { received: [good] } }), 500],
    ['null', 'null', 200],
    ['another nonce', JSON.stringify({ data: { received: [{ ...good, nonce: 'aab' }] } }), 200],
  ])('%s is no record', async (_, body, status) => expect(await ask(body, status)).toBeNull())
})

test('nothing is read where nothing is promised', () =>
  expect(readerOf({ record: { kind: 'none' }, payload: { kind: 'opaque' } }).kind).toBe('none'))
