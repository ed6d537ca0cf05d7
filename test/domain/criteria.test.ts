/** Judged groups against each criterion, and shares as words. */
import { expect, test } from 'vitest'
import { criteria } from '../../src/domain/criteria/criteria.ts'
import { percent } from '../../src/domain/statistics.ts'
import { tally } from '../../src/domain/suites/group.ts'
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
  tally({ name, of: 'node', planned: 1, terms: { target, sampleFloor, coverage: 0, strict: false } }, [
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
test('a criterion that does not act says so, and passes nothing', () => {
  const passesNothing = criteriaKinds.filter((k) => criteria[k].judge([]).reasons.length > 0)
  expect(passesNothing).toEqual(['improvement', 'custom'])
  expect(criteria.custom.judge([]).reasons.map((r) => r.kind)).toEqual(['inconclusive'])
})
