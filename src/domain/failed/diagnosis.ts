/** What a failed test, build or deploy has in it to find its cause by, as data: for the fix command and for the proof. */
import { changeOf, type LogCounts, type LogDigest } from '../log-templates.ts'
import { subjectName, type Sample } from '../suites/sample.ts'
import { resultsOf } from '../suites/suite.ts'
import type { Verdict } from '../verdict.ts'
import { rankedCauses, type RankedCause } from './causes.ts'
import { sharedBy } from './shared.ts'
import type { FailedSubject, LeftOut, NewLines, Symptoms } from './symptoms.ts'

export type { LeftOut }

export interface FailureDiagnosis extends Symptoms {
  readonly format: 1
  /** The likeliest first. */
  readonly causes: readonly RankedCause[]
}

export const diagnosed = (of: Symptoms): FailureDiagnosis => ({ format: 1, ...of, causes: rankedCauses(of) })

/** Whoever writes logs and names decides how many there are. */
const most = { failing: 200, lines: 40, findings: 40 } as const

export interface FailedTest {
  readonly why: string
  readonly verdict: Pick<Verdict, 'suites' | 'reasons' | 'findings'>
  readonly logs: LogDigest
  readonly logsBefore: LogCounts | null
  readonly leftOut: readonly LeftOut[]
}

export function symptomsOfTest({ why, verdict, logs, logsBefore, leftOut }: FailedTest): Symptoms {
  const results = resultsOf(verdict.suites)
  const samples = results.flatMap((r) => r.samples)
  const failing = results.flatMap(({ suite, samples: of }) => failingOf(suite, of))
  const of = (outcome: Sample['outcome']): number => samples.filter((s) => s.outcome === outcome).length
  return {
    stage: 'TEST',
    why,
    reasons: verdict.reasons.map(({ kind, text }) => ({ kind, text })),
    buildFaults: [],
    failing: failing.slice(0, most.failing),
    counted: of('success') + of('failed'),
    uncounted: { infra: of('infra'), harness: of('harness') },
    shared: sharedBy(
      failing,
      results.flatMap((r) => succeeding(r.samples)),
    ),
    findings: verdict.findings.slice(0, most.findings).map(({ kind, message }) => ({ kind, message })),
    lines: newLines(logs, logsBefore),
    leftOut,
  }
}

/** Of a build or a deploy. */
export const symptomsOf = (of: Pick<Symptoms, 'stage' | 'why'> & Partial<Symptoms>): Symptoms => ({
  reasons: [],
  buildFaults: [],
  failing: [],
  counted: 0,
  uncounted: { infra: 0, harness: 0 },
  shared: [],
  findings: [],
  lines: [],
  leftOut: [],
  ...of,
})

/** One that was recovered, or that a later attempt stands for, did not fail. */
function failingOf(suite: string, samples: readonly Sample[]): readonly FailedSubject[] {
  const failed = samples.filter((s) => s.outcome === 'failed' && s.recovered !== true && s.repeatedBy === undefined)
  return [...Map.groupBy(failed, (s) => JSON.stringify([s.group, subjectName(s.subject)])).values()].flatMap((all) => {
    const last = all.at(-1)
    if (last === undefined) return []
    const { subject: s } = last
    return [
      {
        suite,
        group: last.group,
        subject: subjectName(s),
        from: s.kind === 'pair' ? s.pair.from : null,
        to: s.kind === 'pair' ? s.pair.to : null,
        times: all.length,
        sentence: last.sentence.slice(0, 500),
      },
    ]
  })
}

const succeeding = (samples: readonly Sample[]): readonly (readonly [from: string, to: string])[] =>
  samples.flatMap(({ outcome, subject: s }) =>
    outcome === 'success' && s.kind === 'pair' ? [[s.pair.from, s.pair.to] as const] : [],
  )

function newLines(logs: LogDigest, before: LogCounts | null): readonly NewLines[] {
  return logs.templates
    .flatMap((t): readonly NewLines[] => {
      const change = changeOf(t, before)
      if (change === 'as before' || (change === null && t.level !== 'error')) return []
      return [
        {
          level: t.level,
          template: t.template.slice(0, 300),
          count: t.count,
          nodes: t.nodes.map((n) => n.node),
          change,
        },
      ]
    })
    .slice(0, most.lines)
}
