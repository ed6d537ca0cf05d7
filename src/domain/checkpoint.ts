/**
 * What a soak checkpoint is judged by beyond the criterion: no class may have lost more than the tolerance since the
 * first test, and one process must have gone on (spec §4, WAIT_1HR).
 */
import { judgeContinuity, type ContinuityRow, type RunningMark } from './continuity.ts'
import { countOf, groupsOf, type Count, type Counts } from './counts.ts'
import { isTest } from './events/entry.ts'
import type { RunEvidence } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'
import type { Entry } from './ledger.ts'
import { judgeWait } from './node-clock.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { percent } from './statistics.ts'

export interface CheckpointInput {
  /** Of the first test that passed on this deployment; null: the ledger holds none. */
  readonly baseline: Counts | null
  /** Points of a hundred. */
  readonly tolerancePoints: number
  /** What ran at the end of the newest test that passed on this deployment. */
  readonly since: readonly RunningMark[]
  /** What the ledger's times say went by since then, a declared shift taken off; null: they say nothing. */
  readonly waitedMs: number | null
}

/** A test before the last DEPLOY was of another program; one that did not pass is nothing to go on from. */
export function checkpointInput(entries: readonly Entry[], tolerancePoints: number): CheckpointInput {
  const passed = entries
    .slice(entries.findLastIndex((e) => e.from === 'DEPLOY') + 1)
    .filter(isTest)
    .filter((e) => e.event === 'passed')
  const last = passed.at(-1)
  return {
    baseline: passed[0]?.facts.counts ?? null,
    tolerancePoints,
    since: last?.facts.running ?? [],
    waitedMs: last === undefined ? null : waitedSince(entries, last),
  }
}

/** From the entry of that test to the claim of this one, by the clocks of whoever wrote them. */
function waitedSince(entries: readonly Entry[], last: Entry): number | null {
  const claim = entries.findLast((e) => e.event === 'due' || (e.event === 'claimed' && e.from === 'TEST'))
  const shift = (e: Entry): number => 1000 * (e.facts.clockShift ?? 0)
  return claim === undefined || claim.seq < last.seq ? null : claim.at - shift(claim) - (last.at - shift(last))
}

export interface GroupChange {
  readonly suite: string
  readonly group: string
  readonly first: Count | null
  readonly now: Count | null
  /** Points that the rate lost since the first test, negative when it won; null: one of the two is not known. */
  readonly lost: number | null
}

export interface CheckpointResult {
  readonly tolerancePoints: number
  readonly groups: readonly GroupChange[]
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
  readonly counts: Counts
  readonly evidence: RunEvidence
  readonly peers: readonly NodeName[]
  readonly tried: readonly NodeName[]
  /** Attempts that a group needs before it counts. */
  readonly sampleFloorOf: (suite: string, group: string) => number
}

export function judgeCheckpoint({
  input,
  counts,
  evidence,
  peers,
  tried,
  sampleFloorOf,
}: CheckpointFacts): CheckpointJudged {
  const continuity = judgeContinuity(input.since, evidence.runningBefore, peers, tried)
  const wait = input.waitedMs === null ? null : judgeWait(input.waitedMs, input.since, evidence.runningBefore)
  const before = input.baseline ?? {}
  const groups = [
    ...groupsOf(counts),
    ...groupsOf(before).filter(({ suite, group }) => countOf(counts, suite, group) === null),
  ].map(({ suite, group }) => changeOf(suite, group, countOf(before, suite, group), countOf(counts, suite, group)))
  return {
    result: { tolerancePoints: input.tolerancePoints, groups, continuity: continuity.rows },
    reasons: [
      ...(input.baseline === null
        ? [
            {
              kind: 'inconclusive',
              text: 'the ledger holds no first test that passed, so nothing tells whether this one is worse',
            } as const,
          ]
        : groups.flatMap((c) => groupReason(c, input.tolerancePoints, sampleFloorOf(c.suite, c.group)))),
      ...continuity.reasons,
      ...(wait?.reasons ?? []),
    ],
    findings: [...continuity.findings, ...(wait?.findings ?? [])],
    notCovered: [
      ...(input.baseline === null
        ? []
        : groups
            .filter((c) => c.first === null)
            .map((c): NotCovered => ({
              kind: 'other',
              what: `regression of ${c.group}`,
              why: 'the first test had no such group',
            }))),
      ...continuity.unproven.map((n): NotCovered => ({
        kind: 'other',
        what: `continuity of ${n}`,
        why: 'the last test that passed did not prove what ran there',
      })),
    ],
  }
}

function changeOf(suite: string, group: string, first: Count | null, now: Count | null): GroupChange {
  const known = first !== null && now !== null && first.attempts > 0 && now.attempts > 0
  return {
    suite,
    group,
    first,
    now,
    lost: known
      ? (100 * (first.successes * now.attempts - now.successes * first.attempts)) / (first.attempts * now.attempts)
      : null,
  }
}

/** Too few attempts to meet a criterion are too few to call it a regression. */
function groupReason(
  { group, first, now, lost }: GroupChange,
  tolerance: number,
  sampleFloor: number,
): readonly Reason[] {
  if (first !== null && first.attempts > 0 && now === null)
    return [
      {
        kind: 'inconclusive',
        text: `${group}: ${first.successes}/${first.attempts} at the first test, now the plan has no such group`,
      },
    ]
  if (first === null || now === null || lost === null || now.attempts < sampleFloor || lost <= tolerance + 1e-9)
    return []
  return [
    {
      kind: 'failed',
      text: `${group}: ${now.successes}/${now.attempts} = ${percent(now.successes / now.attempts)} % after retries, ${percent(first.successes / first.attempts)} % at the first test: a regression of ${points(lost)} points, tolerance ${tolerance}`,
    },
  ]
}

/** Rounded up, so that a loss beyond the tolerance never reads as the tolerance. */
export const points = (lost: number): string => (Math.ceil(lost * 100 - 1e-6) / 100).toString()
