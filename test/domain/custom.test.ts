/** Criteria `custom`: faults with their place, values, and that no expression keeps a judge busy. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { refuseExpression } from '../../src/app/expression.ts'
import { checkExpression, placeText, type Answered } from '../../src/domain/criteria/expression.ts'
import { criteriaContext } from '../../src/domain/criteria/planned-context.ts'
import { vocabularyOf } from '../../src/domain/criteria/result-object.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { customSection } from '../../src/report/sections/custom.ts'
import { sectionMarkdown } from '../../src/report/markdown.ts'
import { run, type Changes } from '../domain/fixtures.ts'
import { failureOf } from '../inputs/read.ts'
import { planOf } from '../kit/plan.ts'

const plan = planOf({ nodes: ['registry', 'a', 'b', 'c'] })
const refusal = (expression: string) => failureOf(() => refuseExpression({ ...plan, expression }))?.facts.message

describe('before anything is touched', () => {
  test.each([
    ['rate >=', 'column 8: Unexpected token: EOF'],
    ['rte >= 0.9', 'column 1, at "rte": Unknown variable: rte; did you mean "rate"?'],
    [
      'suites.connectivty.rate > 0.9',
      'column 8, at "connectivty": No such key: connectivty; did you mean "connectivity"?',
    ],
    [
      'suites.connectivity.groups.dirct.rate > 0.9',
      'column 28, at "dirct": No such key: dirct; did you mean "direct"?',
    ],
    [
      'suites.connectivity.groups.direct.rates > 0.9',
      'column 35, at "rates": No such key: rates; did you mean "rate"?',
    ],
    [
      'suites.connectivity.percentiles.timeToConect.p95 < 500.0',
      'at "timeToConect": No such key: timeToConect; did you mean "timeToConnect"?',
    ],
    ['findings.exists(f, f.knd == "x")', 'column 22, at "knd": No such key: knd; did you mean "kind"?'],
    ['rate - "x" == 1', 'column 1, at "rate - \\"x\\"": no such overload'],
    ['"a" + "b" == "ab"', 'column 1, at "\\"a\\" + \\"b\\"": only numbers are added here'],
    ['(findings + findings).size() > 0', 'only numbers are added here'],
    ['(true ? findings : findings).all(f, (rate > 1 ? f.kind : f.node) + f.kind == "x")', 'only numbers are added'],
    ['rate', 'it gives double, and yes or no is asked for'],
    ['findings.map(f, f.kind).size() == 0', 'map() is not offered here'],
    ['"a".matches("(a+)+$")', 'matches() is not offered here'],
    ['{"a": 1}.a == 1', 'Exceeded maxMapEntries'],
    ['nodes.all(a, nodes.all(b, nodes.all(c, true)))', 'more than 2 lists within each other'],
    [`rate > 0.5${' '.repeat(2000)}`, 'it has 2010 characters'],
  ])('%s', (expression, message) => expect(refusal(expression)).toContain(message))
  test.each([
    'rate >= 0.95',
    'rate == 1 || successes + 1 >= attempts * 0.9',
    'suites.connectivity.groups.direct.rate >= 0.99 && suites["connectivity"].groups["direct"].low > 0',
    'suites.connectivity.percentiles.timeToConnect.p95 < 500',
    'findings.all(f, f.kind != "crashed" && !f.message.contains("lost"))',
    'nodes.filter(n, n.excluded != "").size() <= 1 && nodes.exists_one(n, n.role == "registry")',
    'has(suites.connectivity.groups.direct.rate) ? !checkpoint : "a" in ["a", "b"]',
  ])('%s is taken', (expression) => expect(refusal(expression)).toBeUndefined())
  test('a place is counted in characters, not in units of them', () =>
    expect(refusal('"🙂" == "x" && rte > 1')).toContain('column 15, at "rte"'))
})

const judged = (expression: string, changes: Changes = {}) => {
  const { result, custom, reasons } = verdict(run({ criteria: 'custom', expression, ...changes }))
  return [result, custom?.value, custom?.error ?? reasons[0]?.text]
}

test.each([
  ['rate == 1 && attempts == 80', 'passed'],
  ['rate < 1', 'failed'],
  ['suites.connectivity.groups.relay.planned == 2 && suites.connectivity.groups.relay.tried == 2.0', 'passed'],
  ['suites.connectivity.groups.direct.low > 0.91 && suites.connectivity.groups.direct.low < 0.92', 'passed'],
  ['suites.connectivity.percentiles.timeToConnect.p95 == 120', 'passed'],
  ['findings.size() == 0 && nodes.size() == 10', 'passed'],
  ['suites.connectivity.groups.direct.failures > 0', 'failed'],
  // The other side decides alone.
  ['findings[7].kind == "x" || rate == 1', 'passed'],
  ['findings[7].kind == "x" && rate == 1', 'inconclusive'],
  ['!(findings[7].kind == "x")', 'inconclusive'],
])('%s of a good run: %s', (expression, result) => expect(judged(expression)[0]).toBe(result))

test('a percentile of nothing is an error, and no zero; that nothing was delivered has failed all the same', () =>
  expect(
    judged('suites.connectivity.percentiles.timeToConnect.p95 < 500', { attempts: { '*': { path: 'none' } } }),
  ).toEqual(['failed', null, 'column 47, at "p95": No such key: p95']))

describe('an expression of a stranger', () => {
  const shape = vocabularyOf(plan.suites, criteriaContext(plan))
  const row = { kind: 'x'.repeat(500), message: 'y'.repeat(500), node: '' }
  const values = { findings: Array.from({ length: 300 }, () => row), nodes: [], rate: 1, suites: {} }
  test.each([
    [
      'lists in lists',
      'findings.all(a, findings.all(b, a.message == b.message && b.message.contains(a.kind) == false))',
    ],
    ['many of them', Array.from({ length: 8 }, () => 'findings.all(a, findings.all(b, a.kind == b.kind))').join('&&')],
    ['long sums of text', `findings.all(a, (${Array.from({ length: 90 }, () => 'a.kind').join('+')}).size() > 0)`],
    ['long sums of lists', `(${Array.from({ length: 90 }, () => 'findings').join('+')}).all(a, true)`],
    [
      'long lists of lists',
      `[${Array.from({ length: 40 }, () => 'findings').join(',')}].all(a, a.all(b, b.kind == b.message))`,
    ],
    ['depth', `${'('.repeat(900)}true${')'.repeat(900)}`],
    ['negations', `${'!'.repeat(1500)}true`],
    ['conditions', `${'true ? '.repeat(200)}true${' : true'.repeat(200)}`],
  ])('ends: %s', (_, expression) => {
    const checked = checkExpression(expression, shape)
    const ended: Answered | string = checked.ok ? checked.judge(values) : placeText(checked.fault)
    expect(ended).toBeTruthy()
  })
  test('whatever it is, gives a value or a fault with a place inside of it', () => {
    const piece = fc.constantFrom(
      'rate',
      ' ',
      '.',
      '(',
      ')',
      '&&',
      '1',
      '"',
      "'",
      'x',
      '[',
      ']',
      '!',
      'has',
      'all',
      ',',
      '{',
      '\n',
      '\\',
      '\u0000',
      '🙂',
      '>',
      '=',
      'findings',
      'null',
      '__proto__',
      'b"',
      'r"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join('')
        const checked = checkExpression(text, shape)
        if (checked.ok) expect(['value', 'error']).toContain(checked.judge(values).kind)
        else expect(checked.fault.column ?? 1).toBeLessThanOrEqual(text.length + 1)
      }),
      { numRuns: 2000 },
    )
  })
})

test('the page has the expression as it is, and what it came to', () => {
  const section = customSection({
    verdict: verdict(run({ criteria: 'custom', expression: 'rate < 1 || "`|<b>" == ""' })),
  })
  expect(section === null ? '' : sectionMarkdown(section)).toMatch(/rate < 1 .*\n.*false/)
})
