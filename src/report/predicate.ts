/** The in-toto test-result v0.1 predicate of one test; its subject is the sealed manifest, which lists every file of the evidence. Nothing in it but names, results and digests: on a public repository it is public for ever. */
import { canonical, sha256, type Json } from '../domain/ledger.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import type { Verdict } from '../domain/verdict.ts'
import { httpsUrl } from './link.ts'
import { pairName, pairResults, type PairResult } from './pair-results.ts'
import { plainLine } from './plain.ts'

/** At least one of `digest`, `uri`, `content` is required (in-toto v1 ResourceDescriptor); ours always have a digest. */
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

/** The predicate knows no third value: WARNED is "passed with warnings", which an inconclusive test did not. As at the gate, what is not passed has failed. */
const results = { passed: 'PASSED', inconclusive: 'FAILED', failed: 'FAILED' } as const

/**
 * `warnedTests` are tests that passed with a warning (the predicate's own words), so a pair of which no attempt counted is a failed one here,
 * and a pair that was never tried stands in no list: a policy that asks for it by name is not fooled.
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
  const pairs = pairResults(verdict)
  const names = (of: (p: PairResult) => boolean): readonly string[] =>
    pairs.filter(of).map((p) => plainLine(pairName(p.pair), 200))
  const link = httpsUrl(url)
  return {
    result: results[verdict.result],
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

const digestOf = (value: unknown): string => sha256(canonical(JSON.parse(JSON.stringify(value)) as Json))
