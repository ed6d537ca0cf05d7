/**
 * Asks each suite of the plan; a judge that breaks makes the run inconclusive, and its error is part of the verdict.
 */
import type { Criterion } from './criteria/criterion.ts'
import type { Finding } from './findings.ts'
import {
  judgeKnown,
  knownAs,
  knownFindings,
  knownRemarks,
  noneKnown,
  type KnownFailures,
  type KnownResult,
  type OfSuite,
} from './known-failures.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { tally } from './suites/group.ts'
import { notCountedFindings } from './suites/repeat.ts'
import { suites } from './suites/registry.ts'
import type { RunContext } from './suites/run-context.ts'
import { counts, groupIn, sampleKey } from './suites/sample.ts'
import type {
  Judged,
  PartOf,
  Suite,
  SuiteId,
  SuitePart,
  SuiteResult,
  SuiteResults,
  SuiteTypes,
} from './suites/suite.ts'

export interface SuitesJudged {
  readonly results: SuiteResults
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
  readonly remarks: readonly string[]
  readonly known: readonly KnownResult[]
}

interface OneJudged<Id extends SuiteId> {
  readonly result: SuiteResult<Id>
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

export interface SuitesJudging {
  add<Id extends SuiteId>(suite: Id, item: SuiteTypes[Id]['item']): void
  end(): SuitesJudged
}

export function judgeSuites(
  parts: readonly SuitePart[],
  run: RunContext,
  criterion: Criterion,
  known: KnownFailures = noneKnown,
): SuitesJudging {
  const all = parts.map((part) => judgeOne(part, run, criterion, known))
  return {
    add(suite, item) {
      for (const one of all) if (one.suite === suite) one.add(item)
    },
    end() {
      const judged = all.map(({ suite, end }) => ({ suite, ...end() }))
      const knownOnes = judgeKnown(
        known,
        judged.flatMap(({ suite, result }) => [...result.samples, ...result.known].map((s) => ({ suite, ...s }))),
      )
      const leftOut = judged.reduce((n, { result }) => n + new Set(result.known.map(sampleKey)).size, 0)
      return {
        results: Object.fromEntries(judged.map(({ suite, result }) => [suite, result])),
        reasons: [
          ...(parts.length === 0 ? [{ kind: 'inconclusive', text: 'the plan has no suite' } as const] : []),
          ...judged.flatMap((j) => j.reasons),
        ],
        findings: [...judged.flatMap((j) => j.findings), ...knownFindings(knownOnes)],
        notCovered: judged.flatMap((j) => j.notCovered),
        remarks: knownRemarks(leftOut, knownOnes),
        known: knownOnes,
      }
    },
  }
}

/** Whatever its suite: a line is only ever given to the judge of its own. */
interface OneJudging {
  readonly suite: SuiteId
  readonly add: (item: SuiteTypes[SuiteId]['item']) => void
  readonly end: () => OneJudged<SuiteId>
}

function judgeOne<Id extends SuiteId>(
  part: PartOf<Id>,
  run: RunContext,
  criterion: Criterion,
  known: KnownFailures,
): OneJudging {
  const suite: Suite<Id> = suites[part.suite]
  let error: string | null = null
  const safely = <T>(act: () => T): T | null => {
    if (error !== null) return null
    try {
      return act()
    } catch (thrown) {
      error = brokenBy(`suite ${part.suite}: its judge`, thrown)
      return null
    }
  }
  const judging = safely(() => suite.judge(part.work, run))
  return {
    suite: part.suite,
    add: (item) => void safely(() => judging?.add(item)),
    end: () =>
      safely(() => (judging === null ? null : judgedBy(criterion, part.suite, judging.end(), known))) ??
      broken(part.suite, error ?? ''),
  }
}

/** What is known to fail is judged and told of, and is in no group: neither as an attempt nor as one that was planned. */
function judgedBy<Id extends SuiteId>(
  criterion: Criterion,
  suite: Id,
  judged: Judged<Id>,
  known: KnownFailures,
): OneJudged<Id> {
  const { retries, figures } = judged
  const isKnown = (of: Omit<OfSuite, 'suite'>): boolean => knownAs(known, { ...of, suite }) !== undefined
  const samples = judged.samples.filter((s) => !isKnown(s))
  const leftOut = judged.samples.filter(isKnown)
  const untried = judged.notCovered.flatMap((n) => (n.kind === 'subject' && n.suite === suite && isKnown(n) ? [n] : []))
  const without = new Set([...leftOut, ...untried].map(sampleKey))
  const groupsLeft = judged.groups.flatMap((g) => {
    const planned = g.planned - [...without].filter((key) => groupIn(key) === g.name).length
    return planned <= 0 && g.planned > 0 ? [] : [{ ...g, planned }]
  })
  const { groups, reasons } = criterion.judge(groupsLeft.map((g) => tally(g, samples)))
  return {
    result: { samples, retries: retries.filter((s) => !isKnown(s)), known: leftOut, groups, figures, error: null },
    findings: [...(judged.findings ?? []), ...judged.groups.flatMap((g) => notCountedFindings(g.name, samples))],
    // Figures of groups come before what is said of the whole.
    reasons: [
      ...reasons,
      ...judged.reasons,
      ...(samples.some(counts) ? [] : [{ kind: 'inconclusive', text: 'no attempt was counted' } as const]),
    ],
    notCovered: [
      ...judged.notCovered.filter((n) => n.kind !== 'subject' || !untried.includes(n)),
      ...[...new Map([...leftOut, ...untried].map((s) => [sampleKey(s), s])).values()].map(
        ({ group, subject }): NotCovered => {
          const entry = knownAs(known, { suite, group, subject })
          const why = `left out of the rates as a known failure until ${entry?.until ?? ''}: ${entry?.reason ?? ''}`
          return { kind: 'subject', suite, group, subject, why }
        },
      ),
    ],
  }
}

/** No stack: it names this machine's paths, and the same evidence must give the same words everywhere. */
export const brokenBy = (what: string, error: unknown): string =>
  `${what} broke: ${(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 500)}`

const broken = <Id extends SuiteId>(suite: Id, error: string): OneJudged<Id> => ({
  result: { samples: [], retries: [], known: [], groups: [], figures: null, error },
  findings: [],
  reasons: [{ kind: 'inconclusive', text: error }],
  notCovered: [{ kind: 'other', what: `suite ${suite}`, why: error }],
})
