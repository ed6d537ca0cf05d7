/** What the case files cannot show: bounds, messages that cannot be abused, and words that are nearly known. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { usageFailure } from '../../src/inputs/faults.ts'
import { hint, nearest } from '../../src/inputs/nearest.ts'
import { loadYaml, type Loaded } from '../../src/inputs/yaml.ts'
import { stripHidden } from '../../src/domain/text.ts'

const schema = z.strictObject({ a: z.record(z.string(), z.number()).optional(), list: z.array(z.number()).optional() })
const load = (text: string): Loaded<z.output<typeof schema>> => loadYaml(text, 'f.yaml', schema)
const told = (text: string): readonly string[] => {
  const r = load(text)
  return r.ok ? [] : r.faults.map((f) => `${f.at.line}:${f.at.column} ${f.at.path} ${f.message}`)
}

describe('reading YAML', () => {
  test('gives the value where nothing is wrong, aliases followed', () => {
    expect(load('a: &x { b: 1 }\nlist: [1]\n')).toEqual({ ok: true, value: { a: { b: 1 }, list: [1] } })
    expect(
      loadYaml('a: &x { b: 1 }\nc: *x\n', 'f', z.strictObject({ a: z.any(), c: z.strictObject({ b: z.number() }) })),
    ).toMatchObject({ ok: true, value: { c: { b: 1 } } })
  })

  test('a fault behind an alias is told at every place that uses it', () => {
    expect(told('a: { b: &x text }\nlist: [*x]\n')).toEqual([
      '1:12 a.b must be a number, is text: "text"',
      '2:8 list[0] must be a number, is text: "text"',
    ])
    const nested = loadYaml(
      'a: &x\n  b: text\nc: *x\n',
      'f',
      z.strictObject({ a: z.any(), c: z.strictObject({ b: z.number() }) }),
    )
    expect(nested).toMatchObject({ ok: false, faults: [{ at: { path: 'c.b', line: 2, column: 6 } }] })
  })

  test('is bounded: size and depth are refused, not suffered', () => {
    expect(told(`a: ${'x'.repeat(300_000)}`)).toEqual(['1:1  is larger than 262144 characters'])
    for (const text of ['['.repeat(100_000), `a: ${'{a: '.repeat(20_000)}`, '- '.repeat(50_000)]) {
      const faults = told(text)
      expect(faults.length).toBeGreaterThan(0)
      expect(faults.length).toBeLessThan(25)
    }
  })

  test('whatever is given, the answer is a value or at least one fault with a place', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '*x',
      '&x ',
      '!!t ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '? ',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '<<: ',
      '\t',
      '1',
      '~',
      ', ',
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((p) => p.join('')),
        (text) => {
          const r = load(text)
          const faults = r.ok ? [] : r.faults
          expect(faults.length > 0).toBe(!r.ok)
          expect(faults.filter((f) => !((f.at.line ?? 0) >= 1 && (f.at.column ?? 0) >= 1))).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  test('a hostile key cannot write into the report', () => {
    const r = load('"\\e[2J\\nf.yaml:1:1 ok\\u202e": 1\n')
    const message = r.ok ? '' : usageFailure(r.faults).message
    expect(r.ok ? '' : r.faults[0]?.message).toBe('Property [2Jf.yaml:1:1 ok is not allowed. Known are a, list')
    expect(message).toBe('f.yaml:1:1 ["[2Jf.yaml:1:1 ok"]: Property [2Jf.yaml:1:1 ok is not allowed. Known are a, list')
  })

  test('a long list of faults is cut in the message, not in the failure', () => {
    const r = load(`list: [${Array.from({ length: 80 }, () => 'x').join(', ')}]`)
    const failure = usageFailure(r.ok ? [] : r.faults)
    expect(failure.facts.faults).toHaveLength(80)
    expect(failure.message.split('\n')).toHaveLength(52)
    expect(failure.message).toMatch(/^80 faults in the input:\n[^]*… and 30 more$/)
  })
})

describe('words', () => {
  test.each([
    ['natbox', 'nat_box'],
    ['NAT-BOX', 'nat_box'],
    ['nat-box', 'nat_box'],
    ['hsot_keys', 'host_keys'],
    ['Nodes', 'nodes'],
    ['ndoes', 'nodes'],
    ['runtim', 'runtime'],
  ])('%s is nearly %s', (word, known) => {
    expect(nearest(word, ['name', 'nodes', 'nat_box', 'host_keys', 'runtime'])).toBe(known)
  })

  test('nothing near: the known words, where they are few', () => {
    expect(nearest('completely', ['name', 'nodes'])).toBeUndefined()
    expect(nearest('x'.repeat(100_000), ['xx'])).toBeUndefined()
    expect(hint('zzzzzz', ['name', 'nodes'])).toBe('; known are name, nodes')
    expect(
      hint(
        'zzzzzz',
        Array.from({ length: 30 }, (_, i) => `k${i}`),
      ),
    ).toBe('')
  })

  test('visible text has no control characters and an end', () => {
    expect(stripHidden('a\u0000\u001b[31m\u0085\u2028\u200bb\ufeff')).toBe('a[31mb')
    expect(stripHidden('x'.repeat(300))).toHaveLength(201)
  })
})
