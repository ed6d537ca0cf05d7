/**
 * JUnit XML of a verdict: a suite for each group, a case for each pair or node in it, and one for the verdict itself.
 */
import type { BundleHead } from '../domain/bundle.ts'
import type { Verdict } from '../domain/verdict.ts'
import { iso } from '../domain/text.ts'
import { plainLine } from './plain.ts'
import { resultRows, rowsMetaOf, type ResultRow, type RowsMeta } from './result-rows.ts'

/** Of one test's evidence: what an artifact has beside it, and `verify` makes again. */
export const junitOf = (bundle: Pick<BundleHead, 'facts'>, verdict: Verdict): string =>
  junit(verdict, rowsMetaOf(bundle))

export function junit(verdict: Verdict, meta: Omit<RowsMeta, 'startedAt'>): string {
  const suites = resultRows(verdict, meta)
  return (
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="vps-test ${xml(meta.session)} test ${meta.test}"${tally(suites.flatMap((s) => s.rows))}>`,
      ...suites.flatMap((s) => [
        `  <testsuite name="${xml(s.name)}"${tally(s.rows)} timestamp="${iso(meta.at)}">`,
        ...s.rows.map((c) => caseXml(s.name, c)),
        '  </testsuite>',
      ]),
      '</testsuites>',
    ].join('\n') + '\n'
  )
}

const tags = { failed: 'failure', error: 'error', skipped: 'skipped' } as const

function caseXml(suite: string, { name, kind, why }: ResultRow): string {
  const open = `    <testcase classname="vps-test.${xml(suite)}" name="${xml(name)}"`
  if (kind === 'passed')
    return why.length === 0 ? `${open}/>` : `${open}>\n      <system-out>${lines(why)}</system-out>\n    </testcase>`
  const tag = tags[kind]
  return `${open}>\n      <${tag} message="${xml(why[0] ?? '')}">${lines(why)}</${tag}>\n    </testcase>`
}

const tally = (cases: readonly ResultRow[]): string => {
  const of = (kind: ResultRow['kind']): number => cases.filter((c) => c.kind === kind).length
  return ` tests="${cases.length}" failures="${of('failed')}" errors="${of('error')}" skipped="${of('skipped')}"`
}

const linesShown = 50
const lines = (why: readonly string[]): string =>
  [
    ...why.slice(0, linesShown).map(xml),
    ...(why.length > linesShown ? [`and ${why.length - linesShown} more`] : []),
  ].join('\n')

/** XML 1.0 §2.2 forbids two noncharacters even as references; other hidden characters are spelled out already. */
const xml = (value: string): string =>
  plainLine(value, 1000)
    .replace(/[\ufffe\uffff]/g, (c) => `⟨U+${c.charCodeAt(0).toString(16).toUpperCase()}⟩`)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')
