/** The proof: one page that binds plan, commit, binary, fleet, evidence and verdict (spec §8). Rebuilt from data alone, at any time, offline. */
import { groupName } from '../domain/counts.ts'
import type { NotCovered } from '../domain/not-covered.ts'
import { percent } from '../domain/statistics.ts'
import type { GroupResult } from '../domain/suites/group.ts'
import { subjectName } from '../domain/suites/sample.ts'
import { resultsOf } from '../domain/suites/suite.ts'
import { planDigest } from '../domain/plan.ts'
import type { Verdict } from '../domain/verdict.ts'
import { pageMarkdown } from './markdown.ts'
import { checkpointSection } from './proof-checkpoint.ts'
import type { ProofInput } from './proof-input.ts'
import { controlsSection, labSection, runningSection } from './proof-network.ts'
import { evidenceSection, ledgerSection, recoverySection, sourceSection, timingsSection } from './proof-record.ts'
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
  type Block,
  type Inline,
  type Section,
} from './section.ts'
import { duration, iso } from '../domain/text.ts'
import { suiteReports } from './suites/registry.ts'

export const renderProof = (p: ProofInput): string => pageMarkdown(headSection(p), 1, proofSections(p))

export const proofSections = (p: ProofInput): readonly Section[] =>
  present([
    reasonsSection(p.verdict),
    criteriaSection(p),
    checkpointSection(p),
    ...suiteReports(p.verdict, p.input).flatMap((s) => [...s.overview, ...s.sentences, ...s.figures]),
    labSection(p.input.fleet),
    controlsSection(p.input.evidence.controls),
    findingsSection(p.verdict),
    notCoveredSection(p.verdict),
    sourceSection(p),
    runningSection(p.input),
    recoverySection(p),
    timingsSection(p),
    ledgerSection(p),
    evidenceSection(p),
  ])

/** `proof-2026-01-31T08-05-09Z.md`. */
export const proofName = (finishedAt: number): string =>
  `proof-${iso(finishedAt)
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')}.md`

export function headSection({
  version,
  plan,
  verdict,
  session,
  startedAt,
  finishedAt,
  anchor,
  manifest,
}: ProofInput): Section {
  const { answers } = plan
  return {
    id: 'proof',
    title: inline`Test proof: ${answers.project.value}`,
    blocks: [
      pairs([
        ['Result', inline`${strong(verdict.result)} · ${link('what these words mean', meaningOf(version))}`],
        ['Project', answers.project.value],
        ['Date', iso(finishedAt)],
        ['Duration', duration(finishedAt - startedAt)],
        ['Session', code(session)],
        [
          'Focus · criteria · proof',
          [answers.focus, answers.criteria, answers.proof].map((a) => `${a.value} (${a.from})`).join(' · '),
        ],
        ['Fleet', plan.fleet.name],
        ['Plan', code(planDigest(plan))],
        ['Evidence root', code(manifest.root)],
        [
          'Anchor',
          anchor === null
            ? 'none: consistent, unanchored'
            : inline`${anchor.kind} ${anchor.where} ${code(anchor.digest)}${anchor.digest === manifest.root ? '' : inline` ${strong('is another digest than the evidence root')}`}`,
        ],
      ]),
    ],
  }
}

/** The page of the version that wrote the proof: a later one may mean something else by the same word. */
const meaningOf = (version: string): string =>
  `https://github.com/saorsa-labs/vps-test/blob/v${encodeURIComponent(version.toWellFormed())}/docs/verdict.md`

const reasonsSection = ({ reasons, result }: Verdict): Section | null =>
  reasons.length === 0
    ? null
    : {
        id: 'reasons',
        title: `Why ${result}`,
        blocks: [list(reasons.map((r) => inline`${r.kind === 'inconclusive' ? r.kind : strong(r.kind)}: ${r.text}`))],
      }

export function criteriaSection({ verdict, input }: Pick<ProofInput, 'verdict' | 'input'>): Section {
  const results = resultsOf(verdict.suites)
  const rows = results.flatMap(({ suite, groups }) =>
    groups.map((g) => groupRow(groupName({ suite, group: g.name }, results.length > 1), g)),
  )
  return {
    id: 'criteria',
    title: 'Success criteria',
    blocks: [
      table(['group', 'measured', 'rate', '95 % interval', 'target', 'met', 'tried', 'not counted'], rows, [
        'left',
        'right',
        'right',
        'right',
        'right',
      ]),
      ...suiteReports(verdict, input).flatMap(({ terms }) => (terms === null ? [] : [paragraph(terms)])),
    ],
  }
}

const groupRow = (title: string, r: GroupResult): readonly Inline[] => [
  text(title, 200),
  `${r.successes}/${r.attempts}${r.recovered === 0 ? '' : ` (${r.recovered} recovered on retry)`}`,
  r.rate === null ? '–' : `${percent(r.rate)} %`,
  `${percent(r.interval.low)}–${percent(r.interval.high)} %`,
  r.target === null ? '–' : `${r.target} %`,
  r.met === null ? 'cannot say' : r.met ? 'yes' : strong('no'),
  `${r.tried}/${r.planned}`,
  `${r.notCounted}`,
]

const withAttempts = (of: Inline, attempts: number): Inline =>
  attempts > 1 ? inline`${of} (${attempts} attempts)` : of

export const findingsSection = ({ findings }: Verdict): Section => ({
  id: 'findings',
  title: 'Findings',
  blocks: listOr(
    findings.map((f) => withAttempts(inline`${strong(f.kind)} ${f.message}`, f.attempts.length)),
    'None.',
  ),
})

const listOr = (items: readonly Inline[], none: string): readonly Block[] => [
  items.length === 0 ? paragraph(none) : list(items),
]

export function notCoveredSection({ notCovered }: Verdict): Section {
  const byReason = Map.groupBy(
    notCovered.filter((n) => n.kind === 'subject'),
    (n) => n.why,
  )
  const lines = [
    ...notCovered.filter((n) => n.kind !== 'subject').map((n) => `${whatIsMissing(n)}: ${n.why}`),
    ...[...byReason].map(
      ([why, alike]) =>
        inline`${alike.length} ${alike[0]?.subject.kind ?? 'subject'}s, ${why}: ${joined(
          alike.map((n) => subjectName(n.subject)),
          ', ',
        )}`,
    ),
  ]
  return { id: 'not-covered', title: 'Not covered', blocks: listOr(lines, 'Nothing that the plan asks for.') }
}

function whatIsMissing(n: Exclude<NotCovered, { kind: 'subject' }>): string {
  switch (n.kind) {
    case 'nat':
      return `NAT type ${n.nat}`
    case 'group':
    case 'other':
      return n.what
  }
}
