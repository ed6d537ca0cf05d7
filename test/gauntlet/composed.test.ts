/** Random attacks on the judgement, by number; `npm run gauntlet` tries many more. */
import { expect, test } from 'vitest'
import { compose } from './compose.ts'
import { disturbances } from './disturbances/all.ts'
import { lies } from './lies/all.ts'
import { outcomeOf } from './rules.ts'

test.each(lies)('lie $id: no success that was none', (lie) => {
  const all = compose(1, { lie, lying: 1, failing: 0, disturbed: [] })
  expect(outcomeOf(all).wrong).toEqual([])
})

test.each(disturbances)('disturbance $id: no honest dial has failed', (by) => {
  for (const share of [0.05, 1])
    expect(
      outcomeOf(compose(2, { lie: null, lying: 0, failing: 0, disturbed: [{ by, share, node: null }] })).wrong,
    ).toEqual([])
})

test('the honest program passes', () => {
  expect(outcomeOf(compose(3, { lie: null, lying: 0, failing: 0, disturbed: [] }))).toEqual({
    verdict: 'passed',
    wrong: [],
  })
})

test('a hundred compositions', () => {
  const wrong = Array.from({ length: 100 }, (_, i) => compose(i + 1)).flatMap((c) =>
    outcomeOf(c)
      .wrong.slice(0, 1)
      .map((w) => `${c.seed} (${c.lie?.id ?? 'honest'}; ${c.disturbed.map((d) => d.id).join(', ')}): ${w}`),
  )
  expect(wrong).toEqual([])
})
