/** Lies, disturbances and random compositions on evidence and readings that were made in memory. */
import { compose } from '../../test/gauntlet/compose.ts'
import { disturbances } from '../../test/gauntlet/disturbances/all.ts'
import { lies } from '../../test/gauntlet/lies/all.ts'
import { outcomeOf } from '../../test/gauntlet/rules.ts'
import { suiteDisturbances, suiteLies } from '../../test/gauntlet/suites/all.ts'
import type { SuiteAttack } from '../../test/gauntlet/suites/attack.ts'
import { outcomeOfDisturbance, outcomeOfLie, type SuiteOutcome } from '../../test/gauntlet/suites/rules.ts'
import type { Composition, Row } from './rows.ts'

const shares = [0.05, 0.3, 1]

/** Each lie alone, told now and then and always. */
export const lieRows = (): readonly Row[] =>
  lies.map((lie): Row => {
    const all = shares.map((lying) => outcomeOf(compose(1, { lie, lying, failing: 0, disturbed: [] })))
    const wrong = all.flatMap((o) => o.wrong)
    return {
      family: 'lie',
      on: 'values',
      id: lie.id,
      what: lie.what,
      expected: 'no success that was none',
      seen: wrong[0] ?? `told always: ${all.at(-1)?.verdict ?? ''}`,
      held: wrong.length === 0,
    }
  })

/** Each disturbance alone, with an honest program. */
export const disturbanceRows = (): readonly Row[] =>
  disturbances.map((by): Row => {
    const all = shares.map((share) =>
      outcomeOf(compose(2, { lie: null, lying: 0, failing: 0, disturbed: [{ by, share, node: null }] })),
    )
    const wrong = all.flatMap((o) => o.wrong)
    return {
      family: 'disturbance',
      on: 'values',
      id: by.id,
      what: by.what,
      expected: 'no honest dial has failed',
      seen: wrong[0] ?? `everywhere: ${all.at(-1)?.verdict ?? ''}`,
      held: wrong.length === 0,
    }
  })

/** Planted faults of each suite, and what only looks like one. */
export const suiteRows = (): readonly Row[] => [
  ...suiteLies.map((lie) => suiteRow('lie', lie, `failed, named ${lie.group}`, outcomeOfLie(lie))),
  ...suiteDisturbances.map((by) => suiteRow('disturbance', by, 'nobody has failed', outcomeOfDisturbance(by))),
]

const suiteRow = (
  family: Row['family'],
  { id, what }: SuiteAttack,
  expected: string,
  { verdict, named, wrong }: SuiteOutcome,
): Row => ({
  family,
  on: 'values',
  id,
  what,
  expected,
  seen: wrong[0] ?? `${verdict}: ${named.slice(0, 120)}`,
  held: wrong.length === 0,
})

export function composed(first: number, tried: number, step: (done: number) => void): Composition {
  const verdicts: Record<string, number> = {}
  const wrong: { seed: number; what: string }[] = []
  for (let seed = first; seed < first + tried; seed++) {
    const one = compose(seed)
    const outcome = outcomeOf(one)
    const key = `${one.lie === null ? 'honest' : 'lying'} ${outcome.verdict}`
    verdicts[key] = (verdicts[key] ?? 0) + 1
    const [what] = outcome.wrong
    if (what !== undefined)
      wrong.push({
        seed,
        what: `${one.lie?.id ?? 'honest'}, ${one.disturbed.map((d) => d.id).join(', ') || 'undisturbed'}: ${what}`,
      })
    if (seed % 250 === 0) step(seed - first + 1)
  }
  return { on: 'values', tried, first, wrong, verdicts }
}
