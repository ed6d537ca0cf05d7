/** The in-toto test-result v0.1 predicate of one test: names, results and digests alone, for it is public for ever. */
import { canonical, sha256 } from '../domain/ledger.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import { subjectName } from '../domain/suites/sample.ts'
import type { Verdict } from '../domain/verdict.ts'
import { httpsUrl } from './link.ts'
import { plainLine } from './plain.ts'
import { subjectResults, type SubjectResult } from './subject-results.ts'

/** In-toto v1 asks for one of `digest`, `uri`, `content`; ours always have a digest. */
export interface ResourceDescriptor {
  readonly name: string
  readonly digest: Readonly<Record<string, string>>
}

export interface TestResultPredicate {
  readonly result: 'PASSED' | 'FAILED'
  readonly configuration: readonly ResourceDescriptor[]
  readonly url?: string
  readonly passedTests: readonly string[]
  readonly warnedTests: readonly string[]
  readonly failedTests: readonly string[]
}

/**
 * WARNED is "passed with warnings", which an inconclusive test did not: as at the gate, what is not passed has failed.
 */
const resultWords = { passed: 'PASSED', inconclusive: 'FAILED', failed: 'FAILED' } as const

/**
 * Its subject is the sealed manifest, which lists every file of the evidence.
 * `warnedTests` are tests that passed with a warning (the predicate's own words): one of which no sample counted is a
 * failed one here, and one that was never tried stands in no list: a policy that asks for it by name is not fooled.
 */
export function testResultPredicate({
  verdict,
  plan,
  url,
}: {
  readonly verdict: Verdict
  readonly plan: Plan
  readonly url: string | null
}): TestResultPredicate {
  const results = subjectResults(verdict)
  const names = (of: (r: SubjectResult) => boolean): readonly string[] => results.filter(of).map(nameOf)
  const link = httpsUrl(url)
  return {
    result: resultWords[verdict.result],
    configuration: [
      { name: 'plan', digest: { sha256: planDigest(plan) } },
      { name: `fleet ${plainLine(plan.fleet.name, 100)}`, digest: { sha256: digestOf(plan.fleet) } },
      { name: `profile of ${plainLine(plan.answers.project.value, 100)}`, digest: { sha256: digestOf(plan.profile) } },
    ],
    ...(link === null ? {} : { url: link }),
    passedTests: names((p) => p.kind === 'passed' && p.why.length === 0),
    warnedTests: names((p) => p.kind === 'passed' && p.why.length > 0),
    failedTests: names((p) => p.kind === 'failed' || p.kind === 'error'),
  }
}

/** A pair's name alone says what was tested; of a node it does not. */
const nameOf = ({ title, subject }: SubjectResult): string =>
  plainLine(subject.kind === 'pair' ? subjectName(subject) : `${title}: ${subjectName(subject)}`, 200)

const digestOf = (value: unknown): string => sha256(canonical(value))
