/** End to end where two measured NATs leave no path: a box that was opened after it was measured does not pass. */
import { expect, test } from 'vitest'
import { judged, run } from '../../fixtures.ts'

const contradicted = (v: ReturnType<typeof judged>) => v.findings.filter((f) => f.kind === 'nat-contradicted')

test('every attempt between two such nodes: one of their NATs is not what was measured', () => {
  const verdict = judged(run({ attempts: { 'class:relay': { path: 'end-to-end', claims: 'hole_punched' } } }))
  expect(verdict.result).toBe('inconclusive')
  expect(verdict.reasons.map((r) => r.text)).toEqual([
    expect.stringMatching(/^(\d+) of \1 attempts between saorsa-10 and saorsa-6 went end to end, where their NATs/),
  ])
  expect(contradicted(verdict)).toHaveLength(2)
})

test('no more than half of them: a port may have been guessed, which is worth a person’s eye', () => {
  const verdict = judged(run({ attempts: { 'saorsa-6→saorsa-10': { path: 'end-to-end', claims: 'hole_punched' } } }))
  expect(verdict.result).toBe('passed')
  expect(contradicted(verdict).map((f) => f.message)).toEqual([
    'saorsa-6 → saorsa-10: it went end to end, and as measured it could not (port-restricted × symmetric: no path end to end)',
  ])
})

test('as expected, by relay: nothing to say', () => expect(contradicted(judged(run()))).toEqual([]))
