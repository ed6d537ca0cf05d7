/** The proof: one page that binds plan, commit, binary, fleet, evidence and verdict, rebuilt from data alone. */
import { planDigest } from '../domain/plan.ts'
import type { Verdict } from '../domain/verdict.ts'
import { guarded } from './guarded.ts'
import { pageMarkdown } from './markdown.ts'
import type { ProofInput } from './proof-input.ts'
import { code, inline, link, list, pairs, present, strong, type Inline, type Section } from './section.ts'
import { duration, iso } from '../domain/text.ts'
import { capturesSection } from './sections/captures.ts'
import { checkpointSection } from './sections/checkpoint.ts'
import { criteriaSection } from './sections/criteria.ts'
import { customSection } from './sections/custom.ts'
import { diagnosisSection } from './sections/diagnosis.ts'
import { fixesSection } from './sections/fixes.ts'
import { findingsSection, notCoveredSection } from './sections/findings.ts'
import { improvementSection } from './sections/improvement.ts'
import { knownSection } from './sections/known-failures.ts'
import { ledgerSection } from './sections/ledger.ts'
import { metricsSection } from './sections/metrics.ts'
import { logsSection } from './sections/logs.ts'
import { historySection } from './sections/history.ts'
import { controlsSection, hooksSection, labSection, runningSection } from './sections/machines.ts'
import { preflightSection } from './sections/preflight.ts'
import { passportSection } from './sections/nat-passport.ts'
import { regressionSection, restartsSection } from './sections/regression.ts'
import { repeatSection } from './sections/repeat.ts'
import { recoverySection } from './sections/recoveries.ts'
import { evidenceSection, sourceSection, timingsSection } from './sections/record.ts'
import { watchSection } from './sections/watch.ts'
import { suiteReports } from './suites/registry.ts'

export const renderProof = (p: ProofInput): string => pageMarkdown(headSection(p), 1, proofSections(p))

export const proofSections = (p: ProofInput): readonly Section[] =>
  present([
    ...guarded('reasons', () => reasonsSection(p.verdict)),
    ...guarded('diagnosis', () => diagnosisSection(p.diagnosis)),
    ...guarded('fixes', () => fixesSection(p)),
    ...guarded('criteria', () => criteriaSection(p)),
    ...guarded('custom', () => customSection(p)),
    ...guarded('improvement', () => improvementSection(p)),
    ...guarded('regression', () => regressionSection(p)),
    ...guarded('checkpoint', () => checkpointSection(p)),
    ...guarded('watch', () => watchSection(p)),
    ...guarded('restarts', () => restartsSection(p)),
    ...suiteReports(p.verdict, p.input).flatMap((s) => [...s.overview, ...s.sentences, ...s.figures]),
    ...guarded('repeat', () => repeatSection(p.verdict, p.session)),
    ...guarded('captures', () => capturesSection(p)),
    ...guarded('nat-passport', () => passportSection(p.input)),
    ...guarded('lab', () => labSection(p.input.fleet)),
    ...guarded('preflight', () => preflightSection(p.input.preflight)),
    ...guarded('controls', () => controlsSection(p.input.evidence.controls)),
    ...guarded('findings', () => findingsSection(p.verdict)),
    ...guarded('logs', () => logsSection(p)),
    ...guarded('metrics', () => metricsSection(p)),
    ...guarded('known-failures', () => knownSection(p.verdict)),
    ...guarded('not-covered', () => notCoveredSection(p.verdict)),
    ...guarded('source', () => sourceSection(p)),
    ...guarded('running', () => runningSection(p.input)),
    ...guarded('hooks', () => hooksSection(p.plan.config)),
    ...guarded('history', () => historySection(p)),
    ...guarded('recovery', () => recoverySection(p)),
    ...guarded('timings', () => timingsSection(p)),
    ...guarded('ledger', () => ledgerSection(p)),
    ...guarded('evidence', () => evidenceSection(p)),
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
        [
          'Result',
          inline`${strong([verdict.result, ...verdict.remarks].join('; '))} · ${link('what these words mean', meaningOf(version))}`,
        ],
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
        ['Anchor', anchorOf(anchor, manifest.root)],
      ]),
    ],
  }
}

function anchorOf(anchor: ProofInput['anchor'], root: string): Inline {
  if (anchor === null) return 'none: consistent, unanchored'
  const where = inline`${anchor.kind} ${anchor.where} ${code(anchor.digest)}`
  return anchor.digest === root ? where : inline`${where} ${strong('is another digest than the evidence root')}`
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
