/** Judged groups against each criterion, and shares as words. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { criteria } from '../../src/domain/criteria/criteria.ts'
import { percent } from '../../src/domain/statistics.ts'
import { tally } from '../../src/domain/suites/group.ts'
import type { SampleOutcome } from '../../src/domain/suites/sample.ts'
import { criteriaKinds } from '../../src/domain/plan.ts'

test.each([
  [0, '0'],
  [0.85, '85'],
  [29 / 30, '96.7'],
  [0.9996, '99.9'],
  [1 - 1e-12, '99.9'],
  [1, '100'],
])('%f is %s %%: less than all is never shown as all', (share, shown) => expect(percent(share)).toBe(shown))

const group = (name: string, target: number, sampleFloor = 1) =>
  tally({ name, of: 'node', planned: 1, terms: { target, sampleFloor, coverage: 0, strict: false }, secondsEach: 2 }, [
    {
      id: '1',
      group: name,
      subject: { kind: 'node', node: 'a' },
      outcome: 'success',
      grade: null,
      sentence: '',
      findings: [],
    },
  ])
const groups = [group('smoke', 99), group('load', 85), group('rare', 85, 2)]

test('targets by group', () => {
  const targetsOf = (kind: (typeof criteriaKinds)[number]) => criteria[kind].judge(groups).groups.map((g) => g.target)
  expect(targetsOf('threshold')).toEqual([99, 85, 85])
  expect(targetsOf('all-pass')).toEqual([100, 100, 100])
  expect([targetsOf('improvement'), targetsOf('custom')]).toEqual([
    [null, null, null],
    [null, null, null],
  ])
})
test('below the sample floor nothing is met or missed', () =>
  expect(criteria.threshold.judge(groups).groups.map((g) => g.met)).toEqual([true, true, null]))
test('a criterion without targets is asked about the whole', () =>
  expect(criteriaKinds.filter((k) => criteria[k].whole !== undefined)).toEqual(['improvement', 'custom']))

test('whatever the uncounted really were, a class that is met or missed would be so with them as well', () => {
  const outcome = fc.constantFrom<SampleOutcome>('success', 'success', 'success', 'failed', 'unwitnessed', 'infra')
  const terms = fc.record({
    target: fc.integer({ min: 0, max: 100 }),
    sampleFloor: fc.integer({ min: 1, max: 4 }),
    coverage: fc.constant(0),
    strict: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 40 }), terms, fc.infiniteStream(fc.boolean()), (outcomes, on, truth) => {
      const met = (list: readonly SampleOutcome[]) =>
        criteria.threshold.judge([
          tally(
            { name: 'g', of: 'node', planned: 40, terms: on, secondsEach: 2 },
            list.map((o, i) => ({
              id: `${i}`,
              group: 'g',
              subject: { kind: 'node', node: `${i}` },
              outcome: o,
              grade: null,
              sentence: '',
              findings: [],
            })),
          ),
        ]).groups[0]?.met
      const said = met(outcomes)
      const really = outcomes.map((o) =>
        o === 'success' || o === 'failed' ? o : truth.next().value === true ? 'success' : 'failed',
      )
      if (said !== null) expect(met(really)).toBe(said)
    }),
    { numRuns: 500 },
  )
})
