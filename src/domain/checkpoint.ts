/** What a soak checkpoint is judged by beyond the criterion: no class may have lost more than the tolerance since the first test, and one process must have gone on (spec §4, WAIT_1HR). */
import { z } from 'zod'
import { judgeContinuity, readMarks, type ContinuityRow, type RunningMark } from './continuity.ts'
import type { NotCovered } from './suites/connectivity/coverage.ts'
import { percent, type ClassResult, type Reason } from './criteria.ts'
import type { TestEvidence } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'
import type { Judgement } from './suites/connectivity/judge.ts'
import type { Entry } from './ledger.ts'
import { pairClasses, type PairClass } from './suites/connectivity/oracle.ts'

export interface ClassCount {
  readonly attempts: number
  readonly successes: number
  readonly pairs: number
  readonly pairsTried: number
}
export type Counts = Readonly<Partial<Record<PairClass, ClassCount>>>

export interface CheckpointInput {
  /** Of the first test that passed on this deployment; null: the ledger holds none. */
  readonly baseline: Counts | null
  /** Points of a hundred. */
  readonly tolerancePoints: number
  /** What ran at the end of the newest test that passed on this deployment. */
  readonly since: readonly RunningMark[]
}

const count = z.int().nonnegative()
const classCount = z
  .object({ attempts: count, successes: count, pairs: count, pairsTried: count })
  .refine((c) => c.successes <= c.attempts)
const baselineFact = z.partialRecord(z.enum(pairClasses), classCount)

/** A test before the last DEPLOY was of another program; one that did not pass is nothing to go on from. */
export function checkpointInput(entries: readonly Entry[], tolerancePoints: number): CheckpointInput {
  const passed = entries
    .slice(entries.findLastIndex((e) => e.from === 'DEPLOY') + 1)
    .filter((e) => e.from === 'TEST' && e.event === 'passed')
  const baseline = baselineFact.safeParse(passed[0]?.facts['counts']).data ?? null
  return { baseline: baseline as Counts | null, tolerancePoints, since: readMarks(passed.at(-1)?.facts['running']) }
}

export interface ClassChange {
  readonly pairClass: PairClass
  readonly first: ClassCount | null
  readonly now: { readonly attempts: number; readonly successes: number; readonly recovered: number } | null
  /** Points that the rate lost since the first test, negative when it won; null: one of the two is not known. */
  readonly lost: number | null
}

export interface CheckpointResult {
  readonly tolerancePoints: number
  readonly classes: readonly ClassChange[]
  readonly retries: readonly Judgement[]
  readonly continuity: readonly ContinuityRow[]
}

export interface CheckpointJudged {
  readonly result: CheckpointResult
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
}

export interface CheckpointFacts {
  readonly input: CheckpointInput
  readonly results: readonly ClassResult[]
  readonly retries: readonly Judgement[]
  readonly evidence: TestEvidence
  readonly peers: readonly NodeName[]
  readonly tried: readonly NodeName[]
  readonly sampleFloor: number
}

export function judgeCheckpoint({
  input,
  results,
  retries,
  evidence,
  peers,
  tried,
  sampleFloor,
}: CheckpointFacts): CheckpointJudged {
  const continuity = judgeContinuity(input.since, evidence.runningBefore, peers, tried)
  const classes = pairClasses.flatMap((pairClass) => {
    const [first, now] = [input.baseline?.[pairClass], results.find((r) => r.pairClass === pairClass)]
    return first === undefined && now === undefined ? [] : [changeOf(pairClass, first ?? null, now ?? null)]
  })
  return {
    result: { tolerancePoints: input.tolerancePoints, classes, retries, continuity: continuity.rows },
    reasons: [
      ...(input.baseline === null
        ? [
            {
              kind: 'inconclusive',
              text: 'the ledger holds no first test that passed, so nothing tells whether this one is worse',
            } as const,
          ]
        : classes.flatMap((c) => classReason(c, input.tolerancePoints, sampleFloor))),
      ...continuity.reasons,
    ],
    findings: continuity.findings,
    notCovered: [
      ...(input.baseline === null
        ? []
        : classes
            .filter((c) => c.first === null)
            .map((c): NotCovered => ({
              kind: 'other',
              what: `regression of ${c.pairClass}`,
              why: 'the first test had no such pair',
            }))),
      ...continuity.unproven.map((n): NotCovered => ({
        kind: 'other',
        what: `continuity of ${n}`,
        why: 'the last test that passed did not prove what ran there',
      })),
    ],
  }
}

function changeOf(pairClass: PairClass, first: ClassCount | null, now: ClassResult | null): ClassChange {
  const known = first !== null && now !== null && first.attempts > 0 && now.attempts > 0
  return {
    pairClass,
    first,
    now: now === null ? null : { attempts: now.attempts, successes: now.successes, recovered: now.recovered },
    lost: known
      ? (100 * (first.successes * now.attempts - now.successes * first.attempts)) / (first.attempts * now.attempts)
      : null,
  }
}

/** Too few attempts to meet a criterion are too few to call it a regression. */
function classReason(
  { pairClass, first, now, lost }: ClassChange,
  tolerance: number,
  sampleFloor: number,
): readonly Reason[] {
  if (first !== null && first.attempts > 0 && now === null)
    return [
      {
        kind: 'inconclusive',
        text: `${pairClass}: ${first.successes}/${first.attempts} at the first test, now the plan has no such pair`,
      },
    ]
  if (first === null || now === null || lost === null || now.attempts < sampleFloor || lost <= tolerance + 1e-9)
    return []
  return [
    {
      kind: 'failed',
      text: `${pairClass}: ${now.successes}/${now.attempts} = ${percent(now.successes / now.attempts)} % after retries, ${percent(first.successes / first.attempts)} % at the first test: a regression of ${points(lost)} points, tolerance ${tolerance}`,
    },
  ]
}

/** Rounded up, so that a loss beyond the tolerance never reads as the tolerance. */
export const points = (lost: number): string => (Math.ceil(lost * 100 - 1e-6) / 100).toString()
