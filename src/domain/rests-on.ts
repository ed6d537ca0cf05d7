/** On which grade a result rests: the lowest among its successes, in the words of the headline. */
import { gradeWords } from './promises.ts'
import { resultsOf, type SuiteResults } from './suites/suite.ts'

export function restsOn(suites: SuiteResults): readonly string[] {
  const grades = resultsOf(suites)
    .flatMap((r) => r.samples)
    .flatMap((s) => (s.outcome === 'success' && s.grade !== null ? [s.grade] : []))
    .toSorted()
  const [best, lowest] = [grades[0], grades.at(-1)]
  return lowest === undefined
    ? []
    : [`rests on grade ${best === lowest ? lowest : `${best} to ${lowest}`}: ${gradeWords[lowest]}`]
}
