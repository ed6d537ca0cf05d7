/** Every row of the interview's answers acts, or is refused with its reason before anything is touched. */
import { describe, expect, test } from 'vitest'
import { criteriaKinds, focuses, proofKinds } from '../../src/domain/answers.ts'
import { answerRows, asTable } from '../../scripts/answers/rows.ts'
import { profiles, saorsa } from './read.ts'

const rows = answerRows(profiles, saorsa)

describe('of every project, focus, criterion and method of proof', () => {
  test('none is passed over', () =>
    expect(rows).toHaveLength(profiles.length * focuses.length * criteriaKinds.length * proofKinds.length))
  test('each that is refused says why, and each that acts has a suite', () => {
    for (const { answer } of rows)
      expect(answer.kind === 'acts' ? answer.suites.length : answer.why.length).toBeGreaterThan(0)
  })
  test('a focus that the project does not have is refused with those that it has', () => {
    const row = rows.find((r) => r.profile === 'saorsa-core-test' && r.focus === 'gossip')
    expect(row?.answer).toMatchObject({ kind: 'refused', why: expect.stringContaining('there are: full-suite') })
  })
  test('the example acts with every focus', () => {
    const acting = rows.filter((r) => r.profile === 'testnet' && r.answer.kind === 'acts').map((r) => r.focus)
    expect([...new Set(acting)]).toEqual(focuses)
  })
  test('the table has each project and a count', () => {
    const text = asTable(rows)
    for (const { project } of profiles) expect(text).toContain(`${project} (`)
    expect(text).toMatch(new RegExp(`${rows.length} combinations: \\d+ act, \\d+ are refused`))
  })
})
