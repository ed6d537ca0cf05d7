/** What a job summary and a comment both show of a session: a head that is always short, then sections by weight. */
import { checkpointOf as checkpointTaken, runInputOf, type BundleHead } from '../domain/bundle.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { Comparison } from './comparison.ts'
import { originOf, projectOf, subjectOf, testsOf, type TestFact } from '../domain/events/readers.ts'
import {
  code,
  inline,
  joined,
  link,
  list,
  pairs,
  paragraph,
  present,
  strong,
  text,
  type Inline,
  type Section,
} from './section.ts'
import { buildFaultsSection } from './sections/build-faults.ts'
import { checkpointSection } from './sections/checkpoint.ts'
import { checkpointsSection } from './sections/checkpoints.ts'
import { comparisonSection } from './sections/comparison.ts'
import { countsSection, criteriaSection } from './sections/criteria.ts'
import { findingsSection, notCoveredSection } from './sections/findings.ts'
import { newestEntriesSection } from './sections/ledger.ts'
import { controlsSection } from './sections/machines.ts'
import { timelineSection } from './sections/timeline.ts'
import { suiteReports } from './suites/registry.ts'
import { verdictTitle } from './verdict-title.ts'
import { iso } from '../domain/text.ts'

export interface SessionView {
  readonly session: Session
  readonly entries: readonly Entry[]
  /** Evidence of the test that is shown; null where there is none here. */
  readonly bundle: BundleHead | null
  readonly verdict: Verdict | null
  readonly artifactUrl: string | null
  readonly runUrl: string | null
  readonly comparison: Comparison | null
  /** Title of the pull request; without one, the commit's subject is shown. */
  readonly subject?: string | null
  /** In place of the session's own title; and what must be read with it, directly below. */
  readonly title?: string
  readonly note?: Inline
}

/** Below 20,000 characters, whatever the data is. */
export function sessionHead(input: SessionView): Section {
  const { session, entries, bundle, verdict, artifactUrl, runUrl, subject, title, note } = input
  // The record of a test comes after the entries that its evidence holds; an earlier one is of another test.
  const [origin, test] = [
    originOf(entries),
    testsOf(entries).findLast((t) => bundle === null || t.seq >= bundle.entries.length),
  ]
  const of = subject ?? subjectOf(entries)
  const branch = origin === null || origin.branch === null ? '' : inline` on ${code(origin.branch, 100)}`
  const commit =
    origin === null || origin.commit === null ? 'unknown' : inline`${code(origin.commit.slice(0, 12))}${branch}`
  const urls = [
    ...(artifactUrl === null ? [] : [link('artifact', artifactUrl)]),
    ...(runUrl === null ? [] : [link('run', runUrl)]),
  ]
  const rows: readonly (readonly [Inline, Inline])[] = [
    ...(of === null ? [] : [['Of', text(of, 200)] as const]),
    ['Project', text(projectOf(entries) ?? 'unknown', 100)],
    ['Session', inline`${code(session.id, 100)} in ${text(session.state, 40)}`],
    ['Commit', commit],
    ...(session.waitUntil === null ? [] : [['Next due', iso(session.waitUntil)] as const]),
    ['Evidence', urls.length === 0 ? 'none was uploaded' : joined(urls, ' · ')],
    ...(test?.evidenceRoot === undefined || test.evidenceRoot === null
      ? []
      : [['Evidence root', code(test.evidenceRoot)] as const]),
    ...(test?.proofSha256 === undefined || test.proofSha256 === null
      ? []
      : [['Proof', inline`sha256 ${code(test.proofSha256)}`] as const]),
  ]
  const reasons = whyOf(session, verdict, test)
  return {
    id: 'session',
    title: inline`vps-test: ${text(title ?? verdictTitle({ session, entries, verdict }), 200)}`,
    blocks: [
      ...(note === undefined ? [] : [paragraph(note)]),
      ...(reasons.length === 0 ? [] : [list(reasons)]),
      pairs(rows),
    ],
  }
}

const reasonsShown = 6

function whyOf(session: Session, verdict: Verdict | null, test: TestFact | undefined): readonly Inline[] {
  const given: readonly Inline[] =
    verdict?.reasons.map((r) => inline`${strong(r.kind)}: ${text(r.text, 200)}`) ??
    test?.reasons.map((r) => text(r, 200)) ??
    []
  const shown =
    given.length === 0 && session.why !== '' ? [`${session.state}: ${session.why}`] : given.slice(0, reasonsShown)
  return given.length > reasonsShown
    ? [...shown, `and ${given.length - reasonsShown} more reasons, in the proof`]
    : shown
}

/** The ones that matter most first, because a page that is full drops them from the end. */
export function sessionSections({ session, entries, bundle, verdict, comparison }: SessionView): readonly Section[] {
  const input = bundle === null ? null : runInputOf(bundle)
  const suites = verdict === null || input === null ? [] : suiteReports(verdict, input)
  return present([
    buildFaultsSection(entries),
    ...suites.flatMap((s) => s.overview),
    verdict !== null && input !== null ? criteriaSection({ verdict, input }) : countsSection(testsOf(entries).at(-1)),
    comparison === null ? null : comparisonSection(comparison),
    checkpointsSection(session, entries),
    timelineSection(entries),
    ...(verdict === null
      ? []
      : [
          bundle === null ? null : checkpointSection({ checkpoint: checkpointTaken(bundle), verdict }),
          notCoveredSection(verdict),
          findingsSection(verdict),
          ...suites.flatMap((s) => s.figures),
          bundle === null ? null : controlsSection(bundle.controls),
          ...suites.flatMap((s) => s.sentences),
        ]),
    newestEntriesSection(entries),
  ])
}
