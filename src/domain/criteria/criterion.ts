/** What a criterion is: judged groups in, their results and the reasons against them out. */
import type { Baseline } from '../baseline.ts'
import type { Finding } from '../findings.ts'
import type { ImprovementResult } from '../improvement.ts'
import type { Reason } from '../reason.ts'
import { attemptsForLowerBound, percent, wilson } from '../statistics.ts'
import type { GroupResult, Tally } from '../suites/group.ts'
import type { RunContext } from '../suites/run-context.ts'
import type { SuitePart, SuiteResults } from '../suites/suite.ts'
import type { CustomResult } from './expression.ts'

export interface CriterionJudged {
  readonly groups: readonly GroupResult[]
  readonly reasons: readonly Reason[]
}

export interface Criterion {
  /** The groups of one suite. */
  judge(groups: readonly Tally[]): CriterionJudged
  /** What only all suites together can say: asked once, after all of them. */
  readonly whole?: (run: WholeRun) => WholeJudged
}

export interface WholeRun {
  readonly results: SuiteResults
  /** Null: the ledger says nothing of any. */
  readonly baseline: Baseline | null
  /** Of criteria `custom`; null: none was given. */
  readonly expression: string | null
  readonly parts: readonly SuitePart[]
  readonly context: RunContext
  readonly findings: readonly Finding[]
}

export interface WholeJudged {
  readonly reasons: readonly Reason[]
  readonly improvement?: ImprovementResult
  readonly custom?: CustomResult
}

/**
 * `percent` is compared with the rate, or with the lower bound of its interval; null: there is nothing to compare with.
 */
export interface Bar {
  readonly percent: number | null
  readonly strict: boolean
}

/** Each group against a bar of its own. */
export function againstBars(groups: readonly Tally[], barOf: (group: Tally) => Bar): CriterionJudged {
  const judged = groups.map((group) => ({ group, bar: barOf(group) }))
  return {
    groups: judged.map(({ group, bar }) => resultOf(group, bar)),
    reasons: judged.flatMap(({ group, bar }) => reasonsOf(resultOf(group, bar), bar)),
  }
}

function resultOf(group: Tally, { percent: target, strict }: Bar): GroupResult {
  const { attempts, terms } = group
  if (target === null || attempts < terms.sampleFloor || attempts === 0) return { ...group, target, met: null }
  const reaches = (of: Pick<Tally, 'attempts' | 'successes'>): boolean =>
    strict ? wilson(of.successes, of.attempts).low * 100 >= target : of.successes * 100 >= target * of.attempts
  const { asFailures, asSuccesses } = bothWays(group)
  const [worst, best] = [reaches(asFailures), reaches(asSuccesses)]
  return { ...group, target, met: worst === best ? worst : null }
}

/** What was not counted may have been anything: nothing is told of a group but what holds both ways. */
const bothWays = ({ attempts, successes, notCounted, retriesUnseen }: Tally) => ({
  asFailures: { attempts: attempts + notCounted, successes },
  asSuccesses: { attempts: attempts + notCounted, successes: successes + notCounted + retriesUnseen },
})

/** What may have been anything, in words. */
const open = ({ notCounted, retriesUnseen }: Tally): string =>
  [
    ...(notCounted === 0 ? [] : [`${notCounted} not counted`]),
    ...(retriesUnseen === 0 ? [] : [`${retriesUnseen} whose retry was not counted`]),
  ].join(' and ')

/** Why this group keeps a run from passing; empty when it is met and covered. */
function reasonsOf(r: GroupResult, { strict }: Bar): readonly Reason[] {
  if (!isRequired(r)) return []
  const { sampleFloor, coverage } = r.terms
  const reason = (kind: Reason['kind'], text: string): Reason => ({ kind, text: `${r.name}: ${text}` })
  return [
    ...(r.met !== false
      ? []
      : [
          reason(
            'failed',
            (strict
              ? missedStrictly(r)
              : `${r.successes}/${r.attempts} = ${percent(r.rate ?? 0)} %, target ${r.target} %`) +
              (open(r) === '' ? '' : `; missed also with the ${open(r)} as successes`),
          ),
        ]),
    ...(r.met === null && r.target !== null && r.attempts >= Math.max(1, sampleFloor)
      ? [reason('inconclusive', undecided(r, strict))]
      : []),
    ...(r.attempts >= Math.max(1, sampleFloor)
      ? []
      : [
          reason(
            'inconclusive',
            `${r.attempts} counted attempts, the sample floor is ${sampleFloor}: ${lacks(r, Math.max(1, sampleFloor) - r.attempts, 'attempt')}`,
          ),
        ]),
    ...((100 * r.tried) / r.planned >= coverage
      ? []
      : [
          reason(
            'inconclusive',
            `${r.tried} of ${r.planned} ${r.of}s tried = ${percent(r.tried / r.planned)} %, coverage asks for ${coverage} %: ${lacks(r, Math.ceil((coverage * r.planned) / 100) - r.tried, r.of)}`,
          ),
        ]),
  ]
}

/** A target of nothing is met by nothing: such a group is told of, and decides nothing. */
export const isRequired = ({ target }: Pick<GroupResult, 'target'>): boolean => target !== 0

/** What would have to be done before more can be said. */
const lacks = ({ secondsEach }: Tally, more: number, of: string): string =>
  `needs ${more} more ${of}${more === 1 ? '' : 's'}, about ${Math.ceil(more * secondsEach)} s`

function undecided(r: GroupResult, strict: boolean): string {
  const rate = ({ attempts, successes }: Pick<Tally, 'attempts' | 'successes'>): string =>
    `${successes}/${attempts} = ${percent(strict ? wilson(successes, attempts).low : successes / attempts)} %`
  const { asFailures, asSuccesses } = bothWays(r)
  return `${r.successes}/${r.attempts}, and ${open(r)}: with these as failures ${rate(asFailures)}, as successes ${rate(asSuccesses)}${strict ? ' (lower bounds)' : ''}; target ${r.target} % is met only one way`
}

function missedStrictly(r: GroupResult): string {
  const needed = r.target === null ? undefined : attemptsForLowerBound(r.target / 100)
  return (
    `${r.successes}/${r.attempts}, lower bound ${percent(r.interval.low)} %, target ${r.target} %` +
    (needed === undefined
      ? '; no number of attempts brings a lower bound to 100 %'
      : needed > r.attempts
        ? `; at least ${needed} attempts without a failure are needed`
        : '')
  )
}
