/**
 * JUnit XML of a verdict: a suite for each group, a case for each pair or node in it, and one for the verdict itself.
 */
import type { BundleHead } from '../domain/bundle.ts'
import { subjectName } from '../domain/suites/sample.ts'
import type { Verdict } from '../domain/verdict.ts'
import { iso } from '../domain/text.ts'
import { plainLine } from './plain.ts'
import { subjectResults, type SubjectResult } from './subject-results.ts'

/** `at`: end of the test, Unix milliseconds. `test`: which test of the session, from 1. */
export interface JunitMeta {
  readonly session: string
  readonly test: number
  readonly at: number
}

interface Case {
  readonly name: string
  readonly kind: SubjectResult['kind']
  readonly why: readonly string[]
}
interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
}

/** Of one test's evidence: what an artifact has beside it, and `verify` makes again. */
export const junitOf = ({ facts }: Pick<BundleHead, 'facts'>, verdict: Verdict): string =>
  junit(verdict, { session: facts.session, test: facts.test, at: facts.testEndedAt })

export function junit(verdict: Verdict, meta: JunitMeta): string {
  const suites: readonly Suite[] = [
    ...[...Map.groupBy(subjectResults(verdict), (r) => r.title)].map(([name, results]) => ({
      name,
      cases: results.map((r) => ({ name: subjectName(r.subject), kind: r.kind, why: r.why })),
    })),
    { name: 'verdict', cases: [verdictCase(verdict), ...uncovered(verdict)] },
  ]
  return (
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      `<testsuites name="vps-test ${xml(meta.session)} test ${meta.test}"${tally(suites.flatMap((s) => s.cases))}>`,
      ...suites.flatMap((s) => [
        `  <testsuite name="${xml(s.name)}"${tally(s.cases)} timestamp="${iso(meta.at)}">`,
        ...s.cases.map((c) => caseXml(s.name, c)),
        '  </testsuite>',
      ]),
      '</testsuites>',
    ].join('\n') + '\n'
  )
}

/** Without it a reader would see green over an inconclusive run. */
const verdictCase = (v: Verdict): Case => ({
  name: 'verdict',
  kind: v.result === 'passed' ? 'passed' : v.result === 'failed' ? 'failed' : 'error',
  why: [...(v.result === 'passed' ? [] : [v.result]), ...v.reasons.map((r) => r.text)],
})

/** What no subject stands for: NAT types, groups and parts of the plan. */
const uncovered = (v: Verdict): readonly Case[] =>
  v.notCovered.flatMap((n): readonly Case[] =>
    n.kind === 'subject'
      ? []
      : [
          {
            name: n.kind === 'nat' ? `NAT type ${n.nat}` : n.what,
            kind: 'skipped',
            why: [n.why],
          },
        ],
  )

const tags = { failed: 'failure', error: 'error', skipped: 'skipped' } as const

function caseXml(suite: string, { name, kind, why }: Case): string {
  const open = `    <testcase classname="vps-test.${xml(suite)}" name="${xml(name)}"`
  if (kind === 'passed')
    return why.length === 0 ? `${open}/>` : `${open}>\n      <system-out>${lines(why)}</system-out>\n    </testcase>`
  const tag = tags[kind]
  return `${open}>\n      <${tag} message="${xml(why[0] ?? '')}">${lines(why)}</${tag}>\n    </testcase>`
}

const tally = (cases: readonly Case[]): string => {
  const of = (kind: Case['kind']): number => cases.filter((c) => c.kind === kind).length
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
