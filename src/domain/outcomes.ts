/** What came of each subject's attempts, in their order: what the tests of a later session are paired with. */
import { z } from 'zod'
import { counts, subjectName, type Sample } from './suites/sample.ts'
import { resultsOf, type SuiteResults } from './suites/suite.ts'

/** One letter an attempt: `1` delivered, `0` failed, `?` not counted. */
const letters = z.string().regex(/^[01?]{1,2000}$/)
const name = z.string().min(1).max(400)
const bySubject = z.record(name, letters).readonly()
const byGroup = z.record(name, bySubject).readonly()
/** By suite, group and subject. */
export const outcomesSchema = z.record(name, byGroup).readonly()
export type Outcomes = z.infer<typeof outcomesSchema>
export type GroupOutcomes = z.infer<typeof bySubject>

export const outcomesOf = (suites: SuiteResults): Outcomes =>
  Object.fromEntries(
    resultsOf(suites).map(({ suite, groups, samples }) => [
      suite,
      Object.fromEntries(groups.map(({ name: group }) => [group, ofGroup(samples.filter((s) => s.group === group))])),
    ]),
  )

/** What a repetition stands for is left out: the repetition is there. */
const ofGroup = (samples: readonly Sample[]): GroupOutcomes =>
  Object.fromEntries(
    [
      ...Map.groupBy(
        samples.filter((s) => s.repeatedBy === undefined),
        (s) => subjectName(s.subject),
      ),
    ].map(([subject, all]) => [subject, all.map(letterOf).join('').slice(0, 2000)]),
  )

const letterOf = (s: Sample): string => (!counts(s) ? '?' : s.outcome === 'success' || s.recovered === true ? '1' : '0')

export const outcomesIn = (outcomes: Outcomes, suite: string, group: string): GroupOutcomes | null => {
  const groups = Object.hasOwn(outcomes, suite) ? outcomes[suite] : undefined
  return groups !== undefined && Object.hasOwn(groups, group) ? (groups[group] ?? null) : null
}

/** Two tries of one subject, the n-th now beside the n-th before. */
export interface Counterparts {
  readonly pairs: readonly (readonly [now: string, before: string])[]
  /** Attempts of either side that have none. */
  readonly alone: number
}

export function counterparts(now: GroupOutcomes, before: GroupOutcomes): Counterparts {
  const pairs: (readonly [string, string])[] = []
  let all = 0
  for (const letters of [...Object.values(now), ...Object.values(before)]) all += letters.length
  for (const [subject, letters] of Object.entries(now)) {
    const other = Object.hasOwn(before, subject) ? (before[subject] ?? '') : ''
    for (let i = 0; i < Math.min(letters.length, other.length); i++) pairs.push([letters[i] ?? '?', other[i] ?? '?'])
  }
  return { pairs, alone: all - 2 * pairs.length }
}
