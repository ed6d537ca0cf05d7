/** Planted faults of every suite are found and named, and faults of the network are not the program's: on values. */
import { describe, expect, test } from 'vitest'
import { suiteDisturbances, suiteLies } from './suites/all.ts'
import { outcomeOfDisturbance, outcomeOfLie } from './suites/rules.ts'

describe('a planted fault is found, and its group named alone', () => {
  test.each(suiteLies.map((l) => [l.id, l] as const))('%s', (_, lie) => expect(outcomeOfLie(lie).wrong).toEqual([]))
})

describe('what only looks like one is no failure of the program', () => {
  test.each(suiteDisturbances.map((d) => [d.id, d] as const))('%s', (_, by) =>
    expect(outcomeOfDisturbance(by)).toMatchObject({ verdict: 'inconclusive', wrong: [] }),
  )
})

test('the rules refuse what is blamed wrongly, and what is not named', () => {
  const [outage] = suiteDisturbances
  const [lie, , , diverging] = suiteLies
  if (outage === undefined || lie === undefined || diverging === undefined) return expect.fail('no attack')
  expect(outcomeOfDisturbance(lie).wrong).toContain('failed, and the program was honest')
  expect(outcomeOfLie({ ...lie, run: outage.run }).wrong).toContain('inconclusive, and broadcast was lied to')
  expect(outcomeOfLie({ ...lie, run: diverging.run }).wrong).toEqual([
    'broadcast is not named',
    expect.stringMatching(/^an honest part is blamed: convergence: /),
  ])
})
