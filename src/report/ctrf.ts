/** Common Test Report Format (ctrf.io) of a verdict: the rows of the JUnit file as JSON. */
import type { BundleHead } from '../domain/bundle.ts'
import { iso } from '../domain/text.ts'
import type { Verdict } from '../domain/verdict.ts'
import { plainLine } from './plain.ts'
import { resultRows, rowsMetaOf, type ResultRow, type RowsMeta } from './result-rows.ts'

/** Of one test's evidence: what an artifact has beside it, and `verify` makes again. */
export const ctrfOf = (bundle: Pick<BundleHead, 'facts'>, verdict: Verdict): string =>
  ctrf(verdict, { ...rowsMetaOf(bundle), version: bundle.facts.version })

/** What was tried and did not count is neither passed nor failed: `other`, with our own word beside it. */
const statuses = { passed: 'passed', failed: 'failed', error: 'other', skipped: 'skipped' } as const

export function ctrf(verdict: Verdict, { session, test, startedAt, at, version }: CtrfMeta): string {
  const tests = resultRows(verdict, { session }).flatMap(({ name, rows }) => rows.map((row) => testOf(name, row)))
  const of = (status: string): number => tests.filter((t) => t.status === status).length
  const report = {
    reportFormat: 'CTRF',
    specVersion: '1.0.0',
    timestamp: iso(at),
    generatedBy: 'vps-test',
    results: {
      tool: { name: 'vps-test', version: short(version) },
      summary: {
        tests: tests.length,
        passed: of('passed'),
        failed: of('failed'),
        skipped: of('skipped'),
        pending: 0,
        other: of('other'),
        start: startedAt,
        stop: at,
      },
      tests,
      extra: { session: short(session), test, result: verdict.result, remarks: verdict.remarks.map(short) },
    },
  }
  return `${JSON.stringify(report, null, 1)}\n`
}

export interface CtrfMeta extends RowsMeta {
  readonly version: string
}

/** Attempts of a pair are spread over the test: no duration of a row is known, and 0 stands for that. */
function testOf(suite: string, { name, kind, why, attempts }: ResultRow) {
  return {
    name: short(name),
    status: statuses[kind],
    duration: 0,
    suite: ['vps-test', short(suite)],
    rawStatus: kind,
    ...(why[0] === undefined ? {} : { message: short(why[0]) }),
    ...(why.length < 2 ? {} : { trace: why.slice(0, linesShown).map(short).join('\n') }),
    extra: { attempts },
  }
}

const linesShown = 50
const short = (value: string): string => plainLine(value, 1000)
