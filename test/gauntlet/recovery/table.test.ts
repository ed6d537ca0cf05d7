/** Every recovery rule is provoked on the lab by something, and what came of it is read from ledgers alone. */
import { expect, test } from 'vitest'
import { rowsOf, tableText, untested } from '../../../scripts/recovery/table.ts'
import { partNames } from '../../../scripts/recovery/parts.ts'
import { next } from '../../../src/domain/next.ts'
import { firingOf } from '../../../src/domain/recovery/firing.ts'
import { ruleIds } from '../../../src/domain/recovery/rules.ts'
import { fold } from '../../../src/domain/session.ts'
import { story } from '../../kit/session.ts'
import { provocations } from './all.ts'

test('every rule has a provocation, every provocation a rule and a part that runs', () => {
  expect(Object.keys(provocations).toSorted()).toEqual(ruleIds.toSorted())
  expect(ruleIds.filter((id) => provocations[id].length === 0)).toEqual([])
  const parts = ruleIds.flatMap((id) => provocations[id].map((p) => p.part))
  expect([...new Set(parts)].toSorted()).toEqual(partNames.toSorted())
  expect(ruleIds.flatMap((id) => provocations[id]).filter((p) => p.instead === '')).toEqual([])
})

test('a rule that no ledger holds is told as untested', () => {
  const begun = story(['begin', 'confirmed'])
  const firing = firingOf('disk-full', { node: 'a', recognised: '3 MiB free', done: 'made room', nth: 1 }, 5)
  const entry = next(begun, fold('s', begun), { event: 'recovered', why: 'w', facts: {} }, 9, undefined, [firing])
  const rows = rowsOf([{ part: 'fleet', entries: [...begun, entry ?? expect.fail('no entry')], trouble: null }])
  expect(untested(rows)).toEqual(ruleIds.filter((id) => id !== 'disk-full'))
  const text = tableText(rows)
  expect(text).toContain('✓ disk-full')
  expect(text).toContain('s entry 2, SETUP, a: 3 MiB free → made room (1 of 1)')
  expect(text).toContain(`1 of ${ruleIds.length} rules fired`)
})
