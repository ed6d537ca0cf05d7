/**
 * Passed, failed or inconclusive: a function of evidence and of nothing else, so that anybody can judge again offline
 * (spec §3, architecture).
 */
import { judgeCheckpoint, type CheckpointJudged, type CheckpointResult } from './checkpoint.ts'
import { criteria } from './criteria/criteria.ts'
import type { Control } from './evidence.ts'
import { mergeFindings, type Finding } from './findings.ts'
import { judgeRun, type RunJudged } from './judge-run.ts'
import { brokenBy, judgeSuites } from './judge-suites.ts'
import type { NotCovered } from './not-covered.ts'
import { weightiestFirst, type Reason } from './reason.ts'
import { notAsked } from './not-asked.ts'
import { restsOn } from './rests-on.ts'
import { resultsOf, suiteCounts, type SuiteResults } from './suites/suite.ts'
import type { VerdictInput } from './verdict-input.ts'

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
  /** Only of a soak checkpoint's test. */
  readonly checkpoint?: CheckpointResult
}

/** Never throws: evidence that a judge breaks on is inconclusive, and is kept all the same. */
export function verdict(input: VerdictInput): Verdict {
  try {
    return judge(input)
  } catch (error) {
    const text = brokenBy('a judge', error)
    return {
      result: 'inconclusive',
      reasons: [{ kind: 'invalid', text }],
      suites: {},
      findings: [],
      notCovered: [{ kind: 'other', what: 'everything', why: text }],
      remarks: [],
      invalidControls: [],
    }
  }
}

function judge(input: VerdictInput): Verdict {
  const run = judgeRun(input)
  const { results, findings, reasons, notCovered } = judgeSuites(
    input.suites,
    input.items,
    run.context,
    criteria[input.criteria],
  )
  const soak = judgeSoak(input, run, results)
  const decided = resultOf([...run.reasons, ...reasons, ...(soak?.reasons ?? [])])
  return {
    ...decided,
    suites: results,
    findings: mergeFindings([
      ...run.findings,
      ...(soak?.findings ?? []),
      ...findings,
      ...resultsOf(results).flatMap(({ samples, retries }) => [...samples, ...retries].flatMap((s) => s.findings)),
    ]),
    notCovered: [...run.notCovered, ...(soak?.notCovered ?? []), ...notCovered],
    remarks: [
      ...run.remarks,
      ...(decided.result === 'passed' ? [...notAsked(results, notCovered), ...restsOn(results)] : []),
    ],
    invalidControls: run.invalidControls,
    ...(soak === null ? {} : { checkpoint: soak.result }),
  }
}

function resultOf(all: readonly Reason[]): Pick<Verdict, 'result' | 'reasons'> {
  const reasons = weightiestFirst(all)
  return {
    result: reasons[0] === undefined ? 'passed' : reasons[0].kind === 'failed' ? 'failed' : 'inconclusive',
    reasons,
  }
}

function judgeSoak(input: VerdictInput, run: RunJudged, results: SuiteResults): CheckpointJudged | null {
  if (input.checkpoint === undefined || input.checkpoint === null) return null
  const floors = new Map(
    resultsOf(results).flatMap(({ suite, groups }) =>
      groups.map((g) => [JSON.stringify([suite, g.name]), g.terms.sampleFloor] as const),
    ),
  )
  return judgeCheckpoint({
    input: input.checkpoint,
    counts: suiteCounts(results),
    evidence: input.evidence,
    peers: run.peers,
    tried: run.tried,
    sampleFloorOf: (suite, group) => floors.get(JSON.stringify([suite, group])) ?? 0,
  })
}
