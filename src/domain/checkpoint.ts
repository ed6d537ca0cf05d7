/**
 * What a soak checkpoint is judged by beyond the criterion: no class may have lost more than the tolerance since the
 * first test, and one process must have gone on (spec §4, WAIT_1HR).
 */
import { judgeContinuity, type ContinuityJudged, type ContinuityRow, type RunningMark } from './continuity.ts'
import { countOf, groupsOf, type Counts } from './counts.ts'
import { isDue, isTest, type TestEntry } from './events/entry.ts'
import type { RunEvidence } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'
import type { Entry } from './ledger.ts'
import { judgeWait } from './node-clock.ts'
import type { ProjectConfig } from './project.ts'
import { accountedFor } from './soak/accounted.ts'
import type { PastTest } from './soak/looks.ts'
import type { SoakNotes } from './soak/sample.ts'
import { judgeWatch, type WatchJudged, type WatchRow, type WatchTerms } from './soak/watch.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { groupChangeOf, groupReason, notedNoise, type GroupChange } from './group-change.ts'

export interface CheckpointInput {
  /** Of the first test that passed on this deployment; null: the ledger holds none. */
  readonly baseline: Counts | null
  /** Of this checkpoint's test before this one, as far as it was measured; null: there was none. */
  readonly earlier: Counts | null
  /** Points of a hundred. */
  readonly tolerancePoints: number
  /** What ran at the end of the newest test that passed on this deployment. */
  readonly since: readonly RunningMark[]
  /** What the ledger's times say went by since then, a declared shift taken off; null: they say nothing. */
  readonly waitedMs: number | null
  /** Tests of this checkpoint before this one. */
  readonly tests: readonly PastTest[]
  readonly watch: WatchTerms
}

/** A test before the last DEPLOY was of another program; one that did not pass is nothing to go on from. */
export function checkpointInput(entries: readonly Entry[], soak: ProjectConfig['soak']): CheckpointInput {
  const passed = entries
    .slice(entries.findLastIndex((e) => e.from === 'DEPLOY') + 1)
    .filter(isTest)
    .filter((e) => e.event === 'passed')
  const last = passed.at(-1)
  return {
    baseline: passed[0]?.facts.counts ?? null,
    earlier: measuredSince(entries.findLastIndex(isDue), entries)?.facts.counts ?? null,
    tolerancePoints: soak.regressionTolerance,
    since: last?.facts.running ?? [],
    waitedMs: last === undefined ? null : waitedSince(entries, last),
    tests: last === undefined ? [] : testsSince(entries, last),
    watch: {
      intervalMs: soak.checkIntervalMinutes * 60_000,
      limits: { memory: soak.maxGrowthMbPerHour, files: soak.maxGrowthFilesPerHour },
    },
  }
}

/** Each from its own beginning to its end. */
const testsSince = (entries: readonly Entry[], last: Entry): readonly PastTest[] =>
  entries.flatMap((e, i) => {
    if (e.seq <= last.seq || !isTest(e)) return []
    const begun = entries.slice(0, i).findLast((b) => b.event === 'begun')
    return begun === undefined ? [] : [{ marks: e.facts.running, tookMs: e.at - begun.at }]
  })

/** One that our instruments spoiled says nothing; of one that came to no result for another reason the counts stand. */
const measuredSince = (due: number, entries: readonly Entry[]): TestEntry | undefined =>
  due === -1
    ? undefined
    : entries
        .slice(due)
        .filter(isTest)
        .findLast((e) => e.event === 'inconclusive' && !e.facts.invalid)

/** From the entry of that test to the claim of this one, by the clocks of whoever wrote them. */
function waitedSince(entries: readonly Entry[], last: Entry): number | null {
  const claim = entries.findLast((e) => e.event === 'due' || (e.event === 'claimed' && e.from === 'TEST'))
  const shift = (e: Entry): number => 1000 * (e.facts.clockShift ?? 0)
  return claim === undefined || claim.seq < last.seq ? null : claim.at - shift(claim) - (last.at - shift(last))
}

export interface CheckpointResult {
  readonly tolerancePoints: number
  readonly groups: readonly GroupChange[]
  readonly continuity: readonly ContinuityRow[]
  /** By what the recorders wrote; null: none were asked. */
  readonly watch: readonly WatchRow[] | null
}

export interface CheckpointJudged {
  readonly result: CheckpointResult
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
  /** Clauses that follow the result wherever it is told in one line. */
  readonly remarks: readonly string[]
}

export interface CheckpointFacts {
  readonly input: CheckpointInput
  readonly counts: Counts
  readonly evidence: RunEvidence
  /** Null: no recorder was asked. */
  readonly soak: readonly SoakNotes[] | null
  readonly peers: readonly NodeName[]
  readonly tried: readonly NodeName[]
  /** Attempts that a group needs before it counts. */
  readonly sampleFloorOf: (suite: string, group: string) => number
  /** Failures of a group whose retry could not be seen. */
  readonly retriesUnseenOf: (suite: string, group: string) => number
}

export function judgeCheckpoint({
  input,
  counts,
  evidence,
  soak,
  peers,
  tried,
  sampleFloorOf,
  retriesUnseenOf,
}: CheckpointFacts): CheckpointJudged {
  const continuity = judgeContinuity(input.since, evidence.runningBefore, peers, tried)
  const wait = input.waitedMs === null ? null : judgeWait(input.waitedMs, input.since, evidence.runningBefore)
  const before = input.baseline ?? {}
  const groups = [
    ...groupsOf(counts),
    ...groupsOf(before).filter(({ suite, group }) => countOf(counts, suite, group) === null),
  ].map(({ suite, group }) => groupChangeOf(suite, group, input, countOf(counts, suite, group)))
  const watch =
    soak === null
      ? null
      : judgeWatch({
          ...input.watch,
          notes: soak,
          since: input.since,
          now: evidence.runningBefore,
          tests: input.tests,
          peers,
        })
  const ends = endsBeside(continuity, watch?.rows ?? [])
  const noted = groups.flatMap((c) => notedNoise(c, input.tolerancePoints))
  return {
    result: { tolerancePoints: input.tolerancePoints, groups, continuity: continuity.rows, watch: watch?.rows ?? null },
    reasons: [
      ...(input.baseline === null
        ? [
            {
              kind: 'inconclusive',
              text: 'the ledger holds no first test that passed, so nothing tells whether this one is worse',
            } as const,
          ]
        : groups.flatMap((c) =>
            groupReason(c, {
              tolerance: input.tolerancePoints,
              sampleFloor: sampleFloorOf(c.suite, c.group),
              unseen: retriesUnseenOf(c.suite, c.group),
            }),
          )),
      ...ends,
      ...unseenBy(ends, watch?.reasons ?? []),
      ...(wait?.reasons ?? []),
    ],
    findings: [
      ...continuity.findings,
      ...(wait?.findings ?? []),
      ...(watch?.findings ?? []),
      ...noted.map((message): Finding => ({ kind: 'may-be-noise', message, attempts: [] })),
    ],
    remarks: [...noted, ...(watch?.remarks ?? [])],
    notCovered: [
      ...(watch?.notCovered ?? []),
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

/** A restart that the recorder explains is no death, whatever the two looks at its ends make of it. */
const endsBeside = ({ rows, reasons }: ContinuityJudged, watched: readonly WatchRow[]): readonly Reason[] => {
  const explained = rows.flatMap(({ node, since, now }) => {
    const row = watched.find((w) => w.node === node)
    return row !== undefined && now !== null && accountedFor(row, since, now) ? [node] : []
  })
  return reasons.filter((r) => r.kind !== 'failed' || !explained.some((n) => r.text.startsWith(`${n}: `)))
}

/** What the two looks at its ends show as well, or worse, is told once. */
const unseenBy = (ends: readonly Reason[], watched: WatchJudged['reasons']): readonly Reason[] =>
  watched.flatMap(({ node, change, kind, text }) =>
    change && ends.some((r) => r.text.startsWith(`${node}: `) && (r.kind === 'failed' || r.kind === kind))
      ? []
      : [{ kind, text }],
  )
