/** Argument templates: a value never becomes a second word, an unknown placeholder is our fault. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fillArguments, registryUrlOf } from '../../src/domain/program.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { failureOf } from '../inputs/read.ts'
import { nineNodes } from './fixtures.ts'

describe('arguments', () => {
  test('placeholders become part of their word, several in one, again and again', () => {
    expect(
      fillArguments(['run', '--to={a}:{b}', '{a}{a}', '{}', '{a b}', '{1}'], { a: 'x y', b: '$1 $& {a}' }),
    ).toEqual(['run', '--to=x y:$1 $& {a}', 'x yx y', '{}', '{a b}', '{1}'])
  })
  test('as many words as the template has, whatever the values are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{a}', '--x={b}', 'plain', '')),
        fc.string(),
        fc.string(),
        (template, a, b) => {
          expect(fillArguments(template, { a, b })).toEqual(
            template.map((w) => (w === '{a}' ? a : w === '--x={b}' ? `--x=${b}` : w)),
          )
        },
      ),
    )
  })
  test.each(['nonce', 'constructor', 'toString', 'hasOwnProperty'])('{%s}, which is not known, is refused', (name) => {
    expect(failureOf(() => fillArguments([`{${name}}`], { a: '1' }))?.facts).toMatchObject({
      kind: 'harness',
      code: 'H003',
    })
  })
})

describe('the registry', () => {
  const plan = (registry: string | null, httpPort?: number) =>
    ({
      config: { bootstrap: { registry: registry ?? undefined } },
      profile: { registry: httpPort === undefined ? null : { httpPort } },
    }) as unknown as Pick<Plan, 'config' | 'profile'>
  const { lab: _, ...real } = nineNodes
  test("of a real fleet: the configuration's, else the fleet's, else the node's own address", () => {
    expect(registryUrlOf({ ...real, registryUrl: 'https://fleet' }, plan('https://config'))).toBe('https://config')
    expect(registryUrlOf({ ...real, registryUrl: 'https://fleet' }, plan(null))).toBe('https://fleet')
    expect(registryUrlOf(real, plan(null, 9999))).toBe('http://198.18.1.10:9999')
    expect(registryUrlOf(real, plan(null))).toBe('http://198.18.1.10:8080')
  })
  test('of a lab is never a real one', () => {
    expect(registryUrlOf(nineNodes, plan('https://saorsa-1.saorsalabs.com', 8080))).toBe('http://198.18.1.10:8080')
  })
})
