/** What a headline must not keep back: groups that nobody required, and those that no planned fleet could form. */
import { isRequired } from './criteria/criterion.ts'
import type { NotCovered } from './not-covered.ts'
import { resultsOf, type SuiteResults } from './suites/suite.ts'

export const notAsked = (suites: SuiteResults, notCovered: readonly NotCovered[]): readonly string[] => [
  ...resultsOf(suites).flatMap(({ groups }) =>
    groups.filter((g) => !isRequired(g)).map((g) => `${g.name} not required`),
  ),
  ...notCovered.flatMap((n) => (n.kind === 'group' ? [`${n.group}: no such ${n.of}`] : [])),
]
