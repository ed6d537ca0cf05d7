/**
 * Asks each suite of the plan; a judge that breaks makes the run inconclusive, and its error is part of the verdict.
 */
import type { Criterion } from './criteria/criterion.ts'
import type { Finding } from './findings.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { tally } from './suites/group.ts'
import { notCountedFindings } from './suites/repeat.ts'
import { suites } from './suites/registry.ts'
import type { RunContext } from './suites/run-context.ts'
import { counts } from './suites/sample.ts'
import type {
  Judged,
  PartOf,
  Suite,
  SuiteId,
  SuiteItems,
  SuitePart,
  SuiteResult,
  SuiteResults,
} from './suites/suite.ts'

interface SuitesJudged {
  readonly results: SuiteResults
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

interface OneJudged<Id extends SuiteId> {
  readonly result: SuiteResult<Id>
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

export function judgeSuites(
  parts: readonly SuitePart[],
  items: SuiteItems,
  run: RunContext,
  criterion: Criterion,
): SuitesJudged {
  const judged = parts.map((part) => ({ part, ...judgeOne(part, items, run, criterion) }))
  return {
    results: Object.fromEntries(judged.map(({ part, result }) => [part.suite, result])),
    reasons: [
      ...(parts.length === 0 ? [{ kind: 'inconclusive', text: 'the plan has no suite' } as const] : []),
      ...judged.flatMap((j) => j.reasons),
    ],
    findings: judged.flatMap((j) => j.findings),
    notCovered: judged.flatMap((j) => j.notCovered),
  }
}

function judgeOne<Id extends SuiteId>(
  part: PartOf<Id>,
  items: SuiteItems,
  run: RunContext,
  criterion: Criterion,
): OneJudged<Id> {
  const suite: Suite<Id> = suites[part.suite]
  try {
    return judgedBy(criterion, suite.judge(items[part.suite] ?? [], part.work, run))
  } catch (error) {
    return broken(part.suite, brokenBy(`suite ${part.suite}: its judge`, error))
  }
}

function judgedBy<Id extends SuiteId>(criterion: Criterion, judged: Judged<Id>): OneJudged<Id> {
  const { samples, retries, figures } = judged
  const { groups, reasons } = criterion.judge(judged.groups.map((g) => tally(g, samples)))
  return {
    result: { samples, retries, groups, figures, error: null },
    findings: judged.groups.flatMap((g) => notCountedFindings(g.name, samples)),
    // Figures of groups come before what is said of the whole.
    reasons: [
      ...reasons,
      ...judged.reasons,
      ...(samples.some(counts) ? [] : [{ kind: 'inconclusive', text: 'no attempt was counted' } as const]),
    ],
    notCovered: judged.notCovered,
  }
}

/** No stack: it names this machine's paths, and the same evidence must give the same words everywhere. */
export const brokenBy = (what: string, error: unknown): string =>
  `${what} broke: ${(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)}`

const broken = <Id extends SuiteId>(suite: Id, error: string): OneJudged<Id> => ({
  result: { samples: [], retries: [], groups: [], figures: null, error },
  findings: [],
  reasons: [{ kind: 'inconclusive', text: error }],
  notCovered: [{ kind: 'other', what: `suite ${suite}`, why: error }],
})
