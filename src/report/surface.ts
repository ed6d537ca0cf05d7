/** What a job summary and a pull request comment both tell: a head that is always short, and sections in order of weight. */
import { checkpointOf as checkpointTaken, verdictInputOf, type Bundle } from '../domain/bundle.ts'
import type { Entry } from '../domain/ledger.ts'
import { groupName, groupsOf } from '../domain/counts.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import { checkpointsSection } from './checkpoints.ts'
import { comparisonSection, type Comparison } from './comparison.ts'
import { buildFaultsOf, originOf, projectOf, subjectOf, testsOf, type TestFact } from './facts.ts'
import { checkpointSection } from './proof-checkpoint.ts'
import { controlsSection } from './proof-network.ts'
import { criteriaSection, findingsSection, notCoveredSection } from './proof.ts'
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
  table,
  text,
  type Inline,
  type Section,
} from './section.ts'
import { suiteReports } from './suites/registry.ts'
import { timelineSection } from './timeline.ts'
import { verdictTitle } from './verdict-title.ts'
import { iso } from '../domain/text.ts'

export interface SurfaceInput {
  readonly session: Session
  readonly entries: readonly Entry[]
  /** Evidence of the test that is shown; null where there is none here. */
  readonly bundle: Bundle | null
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
export function surfaceHead(input: SurfaceInput): Section {
  const { session, entries, bundle, verdict, artifactUrl, runUrl, subject, title, note } = input
  // The record of a test comes after the entries that its evidence holds; an earlier one is of another test.
  const [origin, test] = [
    originOf(entries),
    testsOf(entries).findLast((t) => bundle === null || t.seq >= bundle.entries.length),
  ]
  const of = subject ?? subjectOf(entries)
  const commit =
    origin === null || origin.commit === null
      ? 'unknown'
      : inline`${code(origin.commit.slice(0, 12))}${origin.branch === null ? '' : inline` on ${code(origin.branch, 100)}`}`
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

/** The ones that matter most first, because a surface that is full drops them from the end. */
export function surfaceSections({ session, entries, bundle, verdict, comparison }: SurfaceInput): readonly Section[] {
  const input = bundle === null ? null : verdictInputOf(bundle)
  const suites = verdict === null || input === null ? [] : suiteReports(verdict, input)
  return present([
    buildSection(entries),
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
    entriesSection(entries),
  ])
}

function buildSection(entries: readonly Entry[]): Section | null {
  const faults = buildFaultsOf(entries)
  if (faults.length === 0) return null
  const where = (file: string | null, line: number | null): Inline =>
    file === null ? '' : inline`${code(line === null ? file : `${file}:${line}`, 200)} `
  const items = faults.slice(0, 20).map((f) => inline`${where(f.file, f.line)}${f.message}`)
  const more = faults.length > 20 ? [`and ${faults.length - 20} more`] : []
  return { id: 'build', title: 'Build faults', blocks: [list([...items, ...more])] }
}

/** Where the evidence is not at hand, the ledger's raw counts still are. */
const countsSection = (test: TestFact | undefined): Section | null =>
  test === undefined
    ? null
    : {
        id: 'criteria',
        title: 'Success criteria',
        blocks: [
          table(
            ['group', 'measured', 'tried'],
            groupsOf(test.counts).map(({ suite, group, count: n }) => [
              text(groupName({ suite, group }, Object.keys(test.counts).length > 1), 200),
              `${n.successes}/${n.attempts}`,
              `${n.tried}/${n.planned}`,
            ]),
            ['left', 'right', 'right'],
          ),
        ],
      }

/** Enough for a soak of a day. */
const entriesShown = 200

function entriesSection(entries: readonly Entry[]): Section {
  const shown = entries.slice(-entriesShown)
  return {
    id: 'ledger',
    title: 'Ledger',
    blocks: [
      ...(shown.length < entries.length ? [paragraph(`The newest ${entriesShown} of ${entries.length} entries.`)] : []),
      table(
        ['entry', 'when', 'from', 'event', 'to', 'why'],
        shown.map((e) => [
          text(`${e.seq}`, 20),
          iso(e.at),
          text(e.from, 40),
          text(e.event, 40),
          text(e.to, 40),
          text(e.why, 300),
        ]),
        ['right'],
      ),
    ],
  }
}
