/** The hash chain sees every change, and canonical JSON is one text per value. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foreignEntry } from '../kit/session.ts'
import { canonical, chainFaults, genesis, hashOf, type Entry, type Json } from '../../src/domain/ledger.ts'

const grow = (session: string, n: number): readonly Entry[] =>
  Array.from({ length: n }).reduce<readonly Entry[]>(
    (all, _, i) => [
      ...all,
      foreignEntry(all, {
        session,
        at: 1000 + i,
        from: `F${i}`,
        event: 'e',
        to: `F${i + 1}`,
        why: `step ${i}`,
        facts: { i, deep: { list: [i, null, 'x'] } },
      }),
    ],
    [],
  )
const five = grow('a', 5)
const edit = (i: number, change: Partial<Entry> | Record<string, unknown>): readonly Entry[] =>
  five.map((e, k) => (k === i ? ({ ...e, ...change } as Entry) : e))
const rehashed = (e: Entry): Entry => ({ ...e, hash: hashOf(e) })

describe('canonical JSON', () => {
  test('sorts keys at every depth and writes no spaces', () => {
    expect(canonical({ b: [1, { d: null, c: 'é"\n' }], a: true })).toBe('{"a":true,"b":[1,{"c":"é\\"\\n","d":null}]}')
    expect(canonical({ a: 1, b: undefined })).toBe('{"a":1}')
    expect(canonical(JSON.parse('{"__proto__":{"x":1},"a":2}') as Json)).toBe('{"__proto__":{"x":1},"a":2}')
  })
  test('is one text per value, whatever the order of keys, and reads back as the value', () => {
    const shuffled = (value: Json): Json =>
      Array.isArray(value)
        ? value.map(shuffled)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([k, v]) => [k, shuffled(v as Json)]),
            )
          : value
    fc.assert(
      fc.property(fc.jsonValue(), (any) => {
        const value = any as Json
        expect(canonical(shuffled(value))).toBe(canonical(value))
        expect(canonical(JSON.parse(canonical(value)) as Json)).toBe(canonical(value))
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('an entry', () => {
  test('carries the SHA-256 of the canonical JSON of its other fields', () => {
    const { hash, ...rest } = five[2] as Entry
    expect(hash).toBe(createHash('sha256').update(canonical(rest)).digest('hex'))
    expect([five[0]?.prev, five[0]?.seq, five[3]?.prev, five[3]?.seq]).toEqual([genesis, 0, five[2]?.hash, 3])
  })
  test('keeps its hash through JSON', () => {
    expect(chainFaults(JSON.parse(JSON.stringify(five)) as Entry[])).toEqual([])
  })
})

describe('the chain', () => {
  const damages: readonly (readonly [string, readonly Entry[], string])[] = [
    ['a changed fact', edit(2, { facts: { i: 99 } as object }), 'entry 2 was changed'],
    ['a changed reason', edit(0, { why: 'nothing happened' }), 'entry 0 was changed'],
    ['a changed time', edit(4, { at: 1 }), 'entry 4 was changed'],
    ['a field that nobody knows', edit(3, { approved: true }), 'entry 3 was changed'],
    [
      'a missing field',
      five.map((e, i) => {
        const { why: _, ...rest } = e
        return i === 1 ? (rest as Entry) : e
      }),
      'entry 1 was changed',
    ],
    [
      'a change with its own hash made to fit',
      five.map((e, i) => (i === 2 ? rehashed({ ...e, to: 'COMPLETE' }) : e)),
      'entry 3 does not follow',
    ],
    ['a dropped first', five.slice(1), 'entry 0 has seq 1'],
    ['a dropped middle', five.filter((_, i) => i !== 2), 'entry 2 does not follow'],
    ['two swapped', [0, 2, 1, 3, 4].map((i) => five[i] as Entry), 'entry 1 has seq 2'],
    ['one twice', [...five.slice(0, 3), ...five.slice(2)], 'entry 3 has seq 2'],
    [
      'one of another session',
      [...five, rehashed({ ...foreignEntry(five, { session: 'b', at: 1 }) })],
      'entry 5 belongs to session b',
    ],
  ]
  test.each(damages)('sees %s', (_, entries, fault) => {
    expect(chainFaults(entries).join('\n')).toContain(fault)
  })
  test('sees a whole chain that is of another session than asked for', () => {
    expect(chainFaults(five, 'a')).toEqual([])
    expect(chainFaults(five, 'b')).toHaveLength(5)
    expect(chainFaults([], 'b')).toEqual([])
  })
  test('cannot see a cut end: that is what the anchor and the branch are for', () => {
    expect(chainFaults(five.slice(0, 3))).toEqual([])
  })
  test('sees any single changed character of its text', () => {
    const text = JSON.stringify(five)
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0aZ" ,:{}'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        let entries: Entry[]
        try {
          entries = JSON.parse(changed) as Entry[]
        } catch {
          return
        }
        if (JSON.stringify(entries) !== text) expect(chainFaults(entries)).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
