/** End to end where two measured NATs leave no path: a box that was opened after it was measured does not pass. */
import { expect, test } from 'vitest'
import { judged, run } from '../../fixtures.ts'

const contradicted = (v: ReturnType<typeof judged>) => v.findings.filter((f) => f.kind === 'nat-contradicted')

test('every attempt between two such nodes: no success, and inconclusive', () => {
  const verdict = judged(run({ attempts: { 'class:relay': { path: 'end-to-end', claims: 'hole_punched' } } }))
  expect(verdict.result).toBe('inconclusive')
  expect(verdict.reasons.map((r) => r.text)).toContainEqual(
    expect.stringMatching(/^(\d+) of \1 attempts between saorsa-10 and saorsa-6 went end to end, where their NATs/),
  )
  expect(contradicted(verdict)).toHaveLength(2)
})

test('some of them: these are no successes either, and what they say is told once', () => {
  const verdict = judged(run({ attempts: { 'saorsa-6→saorsa-10': { path: 'end-to-end', claims: 'hole_punched' } } }))
  expect(verdict.result).toBe('inconclusive')
  expect(contradicted(verdict).map((f) => f.message)).toEqual([
    'saorsa-6 → saorsa-10: it went end to end, and as measured it could not (port-restricted × symmetric: no path end to end)',
  ])
  const those = verdict.samples.filter((s) => s.subject.pair.from === 'saorsa-6' && s.group === 'relay')
  expect(those.map((s) => `${s.outcome} ${s.grade}`)).toEqual(Array.from({ length: 5 }, () => 'unwitnessed D'))
})

test('nobody is let off: what the program itself calls a failure is one, on whatever path', () => {
  const verdict = judged(run({ attempts: { 'class:relay': { path: 'end-to-end', claims: 'failure' } } }))
  expect(verdict.samples.filter((s) => s.group === 'relay').every((s) => s.outcome === 'failed')).toBe(true)
  expect(verdict.result).toBe('failed')
})

test('whatever target the class has: no class of these NATs is sure', () => {
  const few = { attempts: { 'saorsa-6→saorsa-10': { path: 'end-to-end' } }, targets: { relay: 0 } } as const
  expect(judged(run(few)).result).toBe('inconclusive')
})

test('as expected, by relay: nothing to say', () => expect(contradicted(judged(run()))).toEqual([]))
