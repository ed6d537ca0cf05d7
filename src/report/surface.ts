/** What a job summary and a pull request comment both tell: a head that is always short, and sections in order of weight. */
import { checkpointOf as checkpointTaken, verdictInputOf, type Bundle } from '../domain/bundle.ts'
import type { Entry } from '../domain/ledger.ts'
import { groupName, groupsOf } from '../domain/counts.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import { checkpointsMarkdown } from './checkpoints.ts'
import { comparisonMarkdown, type Comparison } from './comparison.ts'
import { buildFaultsOf, originOf, projectOf, subjectOf, testsOf, type TestFact } from './facts.ts'
import { iso } from './figures.ts'
import { link } from './link.ts'
import { code, table, text } from './markdown.ts'
import { matrixMarkdown } from './matrix.ts'
import { checkpointSection } from './proof-checkpoint.ts'
import { controlsSection, nodesSection } from './proof-network.ts'
import { criteriaSection, figuresSection, findingsSection, notCoveredSection, pairsSection } from './proof.ts'
import { timeline } from './timeline.ts'
import { verdictTitle } from './verdict-title.ts'

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
  /** In place of the session's own title; and what must be read with it, as Markdown of ours, directly below. */
  readonly title?: string
  readonly note?: string
}

/** `body` is Markdown without its heading. */
export interface Section {
  readonly title: string
  readonly body: string
}

/** Below 20,000 characters, whatever the data is. */
export function surfaceHead(
  { session, entries, bundle, verdict, artifactUrl, runUrl, subject, title, note }: SurfaceInput,
  heading: string,
): string {
  // The record of a test comes after the entries that its evidence holds; an earlier one is of another test.
  const [origin, test] = [
    originOf(entries),
    testsOf(entries).findLast((t) => bundle === null || t.seq >= bundle.entries.length),
  ]
  const of = subject ?? subjectOf(entries)
  const commit =
    origin === null || origin.commit === null
      ? 'unknown'
      : `${code(origin.commit.slice(0, 12))}${origin.branch === null ? '' : ` on ${code(origin.branch, 100)}`}`
  const rows = [
    ...(of === null ? [] : [['Of', text(of, 200)]]),
    ['Project', text(projectOf(entries) ?? 'unknown', 100)],
    ['Session', `${code(session.id, 100)} in ${text(session.state, 40)}`],
    ['Commit', commit],
    ...(session.waitUntil === null ? [] : [['Next due', iso(session.waitUntil)]]),
    [
      'Evidence',
      [artifactUrl === null ? [] : link('artifact', artifactUrl), runUrl === null ? [] : link('run', runUrl)]
        .flat()
        .join(' · ') || 'none was uploaded',
    ],
    ...(test?.evidenceRoot === undefined || test.evidenceRoot === null
      ? []
      : [['Evidence root', code(test.evidenceRoot)]]),
    ...(test?.proofSha256 === undefined || test.proofSha256 === null
      ? []
      : [['Proof', `sha256 ${code(test.proofSha256)}`]]),
  ]
  const reasons = whyOf(session, verdict, test)
  return [
    `${heading} ${text(title ?? verdictTitle({ session, entries, verdict }), 200)}`,
    ...(note === undefined ? [] : [note]),
    ...(reasons.length === 0 ? [] : [reasons.join('\n')]),
    table(['', ''], rows),
  ].join('\n\n')
}

const reasonsShown = 6

function whyOf(session: Session, verdict: Verdict | null, test: TestFact | undefined): readonly string[] {
  const given =
    verdict?.reasons.map((r) => `- **${r.kind}**: ${text(r.text, 200)}`) ??
    test?.reasons.map((r) => `- ${text(r, 200)}`) ??
    []
  const shown =
    given.length === 0 && session.why !== ''
      ? [`- ${text(`${session.state}: ${session.why}`)}`]
      : given.slice(0, reasonsShown)
  return given.length > reasonsShown
    ? [...shown, `- and ${given.length - reasonsShown} more reasons, in the proof`]
    : shown
}

/** The ones that matter most first, because a surface that is full drops them from the end. */
export function surfaceSections({ session, entries, bundle, verdict, comparison }: SurfaceInput): readonly Section[] {
  const input = bundle === null ? null : verdictInputOf(bundle)
  const shown: readonly (readonly [string, string])[] = [
    ['Build faults', buildSection(entries)],
    ['Matrix', verdict === null ? '' : matrixMarkdown(verdict)],
    [
      'Success criteria',
      verdict !== null && input !== null ? criteriaSection({ verdict, input }) : countsSection(testsOf(entries).at(-1)),
    ],
    ['Against the base branch', comparison === null ? '' : comparisonMarkdown(comparison)],
    ['Soak checkpoints', checkpointsMarkdown(session, entries)],
    ['Timeline', timeline(entries)],
    ...(verdict === null
      ? []
      : ([
          [
            'This checkpoint',
            bundle === null ? '' : checkpointSection({ checkpoint: checkpointTaken(bundle), verdict }),
          ],
          ['Not covered', notCoveredSection(verdict)],
          ['Findings', findingsSection(verdict)],
          ['Figures', figuresSection(verdict)],
          ['Nodes and NATs', input === null ? '' : nodesSection(verdict, input)],
          ['Controls', bundle === null ? '' : controlsSection(bundle.controls)],
          ['Why not end to end', pairsSection(verdict)],
        ] as const)),
    ['Ledger', entriesSection(entries)],
  ]
  return shown.map(([title, body]) => ({ title, body: body.replace(/^#{2,3} .*\n+/, '') })).filter((s) => s.body !== '')
}

function buildSection(entries: readonly Entry[]): string {
  const faults = buildFaultsOf(entries)
  const where = (file: string | null, line: number | null): string =>
    file === null ? '' : `${code(line === null ? file : `${file}:${line}`, 200)} `
  return [
    ...faults.slice(0, 20).map((f) => `- ${where(f.file, f.line)}${text(f.message)}`),
    ...(faults.length > 20 ? [`- and ${faults.length - 20} more`] : []),
  ].join('\n')
}

/** Where the evidence is not at hand, the ledger's raw counts still are. */
const countsSection = (test: TestFact | undefined): string =>
  test === undefined
    ? ''
    : table(
        ['group', 'measured', 'tried'],
        groupsOf(test.counts).map(({ suite, group, count: n }) => [
          text(groupName({ suite, group }, Object.keys(test.counts).length > 1), 200),
          `${n.successes}/${n.attempts}`,
          `${n.tried}/${n.planned}`,
        ]),
        ['left', 'right', 'right'],
      )

/** Enough for a soak of a day. */
const entriesShown = 200

function entriesSection(entries: readonly Entry[]): string {
  const shown = entries.slice(-entriesShown)
  return [
    ...(shown.length < entries.length ? [`The newest ${entriesShown} of ${entries.length} entries.`] : []),
    table(
      ['#', 'when', 'from', 'event', 'to', 'why'],
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
  ].join('\n\n')
}
