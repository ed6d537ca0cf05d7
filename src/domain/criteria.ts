/** What a criterion means in numbers: one pair class measured against its target (spec §3). */
import type { PlannedPair } from './suites/connectivity/coverage.ts'
import { counts, type Grade, type Judgement } from './suites/connectivity/judge.ts'
import type { PairClass } from './suites/connectivity/oracle.ts'
import type { CriteriaKind } from './plan.ts'
import type { Criteria } from './project.ts'
import { attemptsForLowerBound, wilson, type Interval } from './statistics.ts'
import { pairKey } from './suites/connectivity/timetable.ts'

export interface ClassResult {
  readonly pairClass: PairClass
  readonly pairs: number
  /** Pairs with at least one counted attempt. */
  readonly pairsTried: number
  /** Counted attempts: witnessed, no fault of ours. */
  readonly attempts: number
  /** At a checkpoint, with those that were recovered. */
  readonly successes: number
  /** Failed, and delivered when a checkpoint tried the pair again; 0 in every other test. */
  readonly recovered: number
  readonly notCounted: number
  /** 0..1; null when nothing was counted. */
  readonly rate: number | null
  /** Wilson, 95 %. */
  readonly interval: Interval
  /** Per cent; null: the criterion is not acting yet. */
  readonly target: number | null
  /** Null: too little was measured to say. */
  readonly met: boolean | null
  /** Grades of the counted attempts. */
  readonly grades: Readonly<Record<Grade | 'none', number>>
}

export interface Reason {
  readonly kind: 'invalid' | 'failed' | 'inconclusive'
  readonly text: string
}

/** all-pass: every class 100 %, by count. improvement and custom: not acting yet. */
export function targetOf(pairClass: PairClass, criteria: CriteriaKind, targets: Criteria): number | null {
  switch (criteria) {
    case 'all-pass':
      return 100
    case 'threshold':
      return { direct: targets.direct, nat_traversed: targets.natTraversed, relay: targets.relay }[pairClass]
    case 'improvement':
    case 'custom':
      return null
  }
}

/** One class's figures; undefined when the plan has no pair of it. */
export function classResult(
  pairClass: PairClass,
  planned: readonly PlannedPair[],
  judgements: readonly Judgement[],
  criteria: CriteriaKind,
  targets: Criteria,
): ClassResult | undefined {
  const pairs = planned.filter((p) => p.oracle.pairClass === pairClass)
  if (pairs.length === 0) return undefined
  const all = judgements.filter((j) => j.pairClass === pairClass)
  const counted = all.filter(counts)
  const recovered = counted.filter((j) => j.recovered === true).length
  const [attempts, successes] = [counted.length, counted.filter((j) => j.outcome === 'success').length + recovered]
  const target = targetOf(pairClass, criteria, targets)
  const grades = { A: 0, B: 0, C: 0, none: 0 }
  for (const j of counted) grades[j.grade ?? 'none']++
  return {
    pairClass,
    pairs: pairs.length,
    pairsTried: new Set(counted.map((j) => pairKey(j.pair))).size,
    attempts,
    successes,
    recovered,
    notCounted: all.length - attempts,
    rate: attempts === 0 ? null : successes / attempts,
    interval: wilson(successes, attempts),
    target,
    met:
      target === null || attempts < targets.sampleFloor || attempts === 0
        ? null
        : meets(successes, attempts, target, strictly(criteria, targets)),
    grades,
  }
}

/** The lower bound is never 1, so all-pass stays a count: strict would make it impossible. */
const strictly = (criteria: CriteriaKind, targets: Criteria): boolean => targets.strict && criteria !== 'all-pass'

const meets = (successes: number, attempts: number, target: number, strict: boolean): boolean =>
  strict ? wilson(successes, attempts).low * 100 >= target : successes * 100 >= target * attempts

/** Why this class keeps a run from passing; empty when it is met and covered. */
export function classReasons(r: ClassResult, criteria: CriteriaKind, targets: Criteria): readonly Reason[] {
  const reasons: Reason[] = []
  const say = (kind: Reason['kind'], text: string): void => {
    reasons.push({ kind, text: `${r.pairClass}: ${text}` })
  }
  const coverage = (100 * r.pairsTried) / r.pairs
  if (r.met === false)
    say(
      'failed',
      strictly(criteria, targets)
        ? missedStrictly(r)
        : `${r.successes}/${r.attempts} = ${percent(r.rate ?? 0)} %, target ${r.target} %`,
    )
  if (r.attempts < Math.max(1, targets.sampleFloor))
    say('inconclusive', `${r.attempts} counted attempts, the sample floor is ${targets.sampleFloor}`)
  if (coverage < targets.coverage)
    say(
      'inconclusive',
      `${r.pairsTried} of ${r.pairs} pairs tried = ${percent(r.pairsTried / r.pairs)} %, coverage asks for ${targets.coverage} %`,
    )
  return reasons
}

function missedStrictly(r: ClassResult): string {
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

/** 0..1 as per cent, never rounded up to 100. */
export const percent = (share: number): string =>
  (share < 1 ? Math.min(99.9, Math.round(share * 1000) / 10) : 100).toString()
