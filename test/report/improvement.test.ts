/** What a proof says of the last comparable session. */
import { expect, test } from 'vitest'
import { verdict } from '../../src/domain/verdict.ts'
import { improvementSection } from '../../src/report/sections/improvement.ts'
import { sectionMarkdown } from '../../src/report/markdown.ts'
import { run, type Changes } from '../domain/fixtures.ts'

const page = (changes: Changes): string => {
  const section = improvementSection({ verdict: verdict(run({ criteria: 'improvement', ...changes })) })
  return section === null ? '' : sectionMarkdown(section)
}

test('no difference is never said without the smallest drop that would have been found', () => {
  const text = page({ earlier: {} })
  const [said, beside] = [
    /no difference/g,
    /no difference; a drop of [\d.]+ points or more would have been found with 80 % power/g,
  ]
  expect(text.match(said)).toHaveLength(3)
  expect(text.match(beside)).toHaveLength(3)
})
test('each group has its rates, its difference with an interval, and what is judged of it', () => {
  const text = page({ earlier: {}, attempts: { 'class:relay': { path: 'none' } } })
  expect(text).toMatch(
    /relay \| +10 \| +0 = 0 % \| +10 = 100 % \| −100 points \\\(−100 to −[\d.]+\\\) \| \*\*worse\*\* +\| +0 \|/,
  )
})
test('without a session there is no table', () => expect(page({ earlier: null })).toBe(''))
