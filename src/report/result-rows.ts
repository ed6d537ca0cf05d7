/** The rows of a verdict that other tools count: a suite for each group, a case for each subject, and the verdict itself. */
import type { BundleHead } from '../domain/bundle.ts'
import { subjectName } from '../domain/suites/sample.ts'
import { repeatCommand } from '../domain/suites/selection.ts'
import type { Verdict } from '../domain/verdict.ts'
import { subjectResults, type SubjectResult } from './subject-results.ts'

/** `startedAt`, `at`: of the test, Unix milliseconds. `test`: which test of the session, from 1. */
export interface RowsMeta {
  readonly session: string
  readonly test: number
  readonly startedAt: number
  readonly at: number
}

export interface ResultRow {
  readonly name: string
  readonly kind: SubjectResult['kind']
  readonly why: readonly string[]
  readonly attempts: number
}

export interface RowSuite {
  readonly name: string
  readonly rows: readonly ResultRow[]
}

export const rowsMetaOf = ({ facts }: Pick<BundleHead, 'facts'>): RowsMeta => ({
  session: facts.session,
  test: facts.test,
  startedAt: facts.testStartedAt,
  at: facts.testEndedAt,
})

export const resultRows = (verdict: Verdict, { session }: Pick<RowsMeta, 'session'>): readonly RowSuite[] => [
  ...[...Map.groupBy(subjectResults(verdict), (r) => r.title)].map(([name, results]) => ({
    name,
    rows: results.map((r) => ({
      name: subjectName(r.subject),
      kind: r.kind,
      why: [...r.why, ...again(r, session, Object.keys(verdict.suites).length > 1)],
      attempts: r.attempts,
    })),
  })),
  { name: 'verdict', rows: [verdictRow(verdict), ...uncovered(verdict)] },
]

const again = ({ kind, suite, subject }: SubjectResult, session: string, several: boolean): readonly string[] => {
  if (kind !== 'failed' || subject.kind !== 'pair') return []
  const command = repeatCommand(session, { suite, pair: subject.pair }, several)
  return command === null ? [] : [`alone again: ${command}`]
}

/** Without it a reader would see green over an inconclusive run. */
const verdictRow = (v: Verdict): ResultRow => ({
  name: 'verdict',
  kind: v.result === 'passed' ? 'passed' : v.result === 'failed' ? 'failed' : 'error',
  why: [...(v.result === 'passed' ? [] : [v.result]), ...v.reasons.map((r) => r.text)],
  attempts: 0,
})

/** What no subject stands for: NAT types, groups and parts of the plan. */
const uncovered = (v: Verdict): readonly ResultRow[] =>
  v.notCovered.flatMap((n): readonly ResultRow[] =>
    n.kind === 'subject'
      ? []
      : [{ name: n.kind === 'nat' ? `NAT type ${n.nat}` : n.what, kind: 'skipped', why: [n.why], attempts: 0 }],
  )
