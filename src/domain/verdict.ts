/**
 * Passed, failed or inconclusive: a function of evidence and of nothing else, so that anybody can judge again offline
 * (spec §3, architecture).
 */
import { judgeCheckpoint, type CheckpointJudged, type CheckpointResult } from './checkpoint.ts'
import { criteria } from './criteria/criteria.ts'
import type { CustomResult } from './criteria/expression.ts'
import type { Control, RunningProof } from './evidence.ts'
import type { NodeName } from './fleet.ts'
import { mergeFindings, type Finding } from './findings.ts'
import type { ImprovementResult } from './improvement.ts'
import type { KnownResult } from './known-failures.ts'
import { judgeRun, type RunJudged } from './judge-run.ts'
import { brokenBy, judgeSuites, type SuitesJudged } from './judge-suites.ts'
import { clockJumps, type ClockLook } from './node-clock.ts'
import type { NotCovered } from './not-covered.ts'
import { weightiestFirst, type Reason } from './reason.ts'
import { judgeRestarts } from './running.ts'
import { notAsked } from './not-asked.ts'
import { restsOn } from './rests-on.ts'
import { selectionReason } from './suites/selection.ts'
import { suiteIds, suites } from './suites/registry.ts'
import { resultsOf, suiteCounts, type Suite, type SuiteId, type SuiteResults, type SuiteTypes } from './suites/suite.ts'
import type { RunInput, VerdictInput } from './verdict-input.ts'

export interface Verdict {
  readonly result: 'passed' | 'failed' | 'inconclusive'
  /** Empty when passed; the ones that decided come first. */
  readonly reasons: readonly Reason[]
  readonly suites: SuiteResults
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
  /** Clauses that follow the result wherever it is told in one line. */
  readonly remarks: readonly string[]
  readonly invalidControls: readonly Control[]
  /** Only where the configuration names known failures. */
  readonly known?: readonly KnownResult[]
  /** Only of a soak checkpoint's test. */
  readonly checkpoint?: CheckpointResult
  /** Only of criteria `improvement`. */
  readonly improvement?: ImprovementResult
  /** Only of criteria `custom`. */
  readonly custom?: CustomResult
  /** Whether a later session may be compared with it: nothing of the measurement itself spoke against it. */
  readonly comparable: boolean
}

/** The run says nothing about the program: our own instruments could not be trusted. */
export const isInvalid = ({ reasons }: Pick<Verdict, 'reasons'>): boolean => reasons.some((r) => r.kind === 'invalid')

/** Takes the lines of all suites, each suite's in the order in which they were written. */
export interface TestJudging {
  add<Id extends SuiteId>(suite: Id, item: SuiteTypes[Id]['item']): void
  end(): Verdict
}

export function verdict(input: VerdictInput): Verdict {
  const judging = judgeTest(input)
  for (const id of suiteIds) for (const item of input.items[id] ?? []) judging.add(id, item)
  return judging.end()
}

/** Never throws: evidence that a judge breaks on is inconclusive, and is kept all the same. */
export function judgeTest(input: RunInput): TestJudging {
  let broken: Verdict | null = null
  const safely = <T>(act: () => T): T | null => {
    if (broken !== null) return null
    try {
      return act()
    } catch (error) {
      broken = brokenVerdict(error)
      return null
    }
  }
  const judging = safely(() => judge(input))
  return {
    add: (suite, item) => void safely(() => judging?.add(suite, item)),
    end: () => safely(() => judging?.end()) ?? broken ?? brokenVerdict('nothing was judged'),
  }
}

function brokenVerdict(error: unknown): Verdict {
  const text = brokenBy('a judge', error)
  return {
    result: 'inconclusive',
    reasons: [{ kind: 'invalid', text }],
    suites: {},
    findings: [],
    notCovered: [{ kind: 'other', what: 'everything', why: text }],
    remarks: [],
    invalidControls: [],
    comparable: false,
  }
}

function judge(input: RunInput): TestJudging {
  const jumps = clockJumps(input.evidence.runningBefore)
  const run = judgeRun(input)
  const judging = judgeSuites(input.suites, run.context, criteria[input.criteria], input.known)
  const started = new Map<NodeName, RunningProof>()
  return {
    add(suite, item) {
      for (const look of clocksIn(suite, item)) jumps.add(look)
      for (const proof of startsIn(suite, item)) started.set(proof.node, proof)
      judging.add(suite, item)
    },
    end() {
      const restarts = judgeRestarts(input.evidence, run.tried, started)
      return judged(
        input,
        { ...run, reasons: [...run.reasons, ...restarts.reasons], findings: [...run.findings, ...restarts.findings] },
        jumps.end(input.evidence.runningAfter),
        judging.end(),
      )
    },
  }
}

const clocksIn = <Id extends SuiteId>(id: Id, item: SuiteTypes[Id]['item']): readonly ClockLook[] => {
  const suite: Suite<Id> = suites[id]
  return suite.clocks(item)
}

/** Processes that the suite itself started afresh: not somebody's restart. */
const startsIn = <Id extends SuiteId>(id: Id, item: SuiteTypes[Id]['item']): readonly RunningProof[] => {
  const suite: Suite<Id> = suites[id]
  return suite.starts?.(item) ?? []
}

function judged(
  input: RunInput,
  run: RunJudged,
  jumps: readonly Finding[],
  { results, findings, reasons, notCovered, remarks, known }: SuitesJudged,
): Verdict {
  const soak = judgeSoak(input, run, results)
  const all = mergeFindings([
    ...run.findings,
    ...jumps,
    ...(soak?.findings ?? []),
    ...findings,
    ...resultsOf(results).flatMap(({ samples, retries, known: left }) =>
      [...samples, ...retries, ...left].flatMap((s) => s.findings),
    ),
  ])
  const { reasons: ofAll, ...whole } = criteria[input.criteria].whole?.({
    results,
    baseline: input.history?.begun?.baseline ?? null,
    expression: input.expression ?? null,
    parts: input.suites,
    context: run.context,
    findings: all,
  }) ?? { reasons: [] }
  const part = input.only == null ? [] : [selectionReason(input.only, results)]
  const decided = resultOf([...part, ...run.reasons, ...reasons, ...ofAll, ...(soak?.reasons ?? [])])
  return {
    ...decided,
    suites: results,
    findings: all,
    notCovered: [...run.notCovered, ...(soak?.notCovered ?? []), ...notCovered],
    remarks: [
      ...run.remarks,
      ...remarks,
      ...(soak?.remarks ?? []),
      ...(decided.result === 'passed' ? [...notAsked(results, notCovered), ...restsOn(results)] : []),
    ],
    invalidControls: run.invalidControls,
    ...(known.length === 0 ? {} : { known }),
    ...(soak === null ? {} : { checkpoint: soak.result }),
    ...whole,
    // A checkpoint tries failures again: its rates are others.
    comparable: soak === null && input.only == null && [...run.reasons, ...reasons].every((r) => r.kind === 'failed'),
  }
}

function resultOf(all: readonly Reason[]): Pick<Verdict, 'result' | 'reasons'> {
  const reasons = weightiestFirst(all)
  return {
    result: reasons[0] === undefined ? 'passed' : reasons[0].kind === 'failed' ? 'failed' : 'inconclusive',
    reasons,
  }
}

function judgeSoak(input: RunInput, run: RunJudged, results: SuiteResults): CheckpointJudged | null {
  if (input.checkpoint === undefined || input.checkpoint === null) return null
  const groups = new Map(
    resultsOf(results).flatMap((r) => r.groups.map((g) => [JSON.stringify([r.suite, g.name]), g] as const)),
  )
  return judgeCheckpoint({
    input: input.checkpoint,
    counts: suiteCounts(results),
    evidence: input.evidence,
    soak: input.soak ?? null,
    peers: run.peers,
    tried: run.tried,
    sampleFloorOf: (suite, group) => groups.get(JSON.stringify([suite, group]))?.terms.sampleFloor ?? 0,
    retriesUnseenOf: (suite, group) => groups.get(JSON.stringify([suite, group]))?.retriesUnseen ?? 0,
  })
}
