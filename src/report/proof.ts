/** The proof: one page that binds plan, commit, binary, fleet, evidence and verdict (spec §8). Rebuilt from data alone, at any time, offline. */
import { percent, type ClassResult } from '../domain/criteria.ts'
import type { NotCovered } from '../domain/suites/connectivity/coverage.ts'
import { pairClasses } from '../domain/suites/connectivity/oracle.ts'
import { planDigest } from '../domain/plan.ts'
import type { Verdict } from '../domain/verdict.ts'
import { pageMarkdown } from './markdown.ts'
import { matrixOf } from './matrix.ts'
import { checkpointSection } from './proof-checkpoint.ts'
import type { ProofInput } from './proof-input.ts'
import { controlsSection, labSection, nodesSection, runningSection } from './proof-network.ts'
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
  type Block,
  type Inline,
  type Section,
} from './section.ts'
import { duration, iso, ms } from '../domain/text.ts'

export const renderProof = (p: ProofInput): string => pageMarkdown(headSection(p), 1, proofSections(p))

export const proofSections = (p: ProofInput): readonly Section[] =>
  present([
    reasonsSection(p.verdict),
    criteriaSection(p),
    checkpointSection(p),
    matrixSection(p.verdict),
    pathsSection(p.verdict),
    figuresSection(p.verdict),
    nodesSection(p.verdict, p.input),
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

function headSection({
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
  const rows = pairClasses.flatMap((c) => (verdict.classes[c] === undefined ? [] : [classRow(verdict.classes[c])]))
  const { targets } = input
  const bound = targets.strict && input.criteria !== 'all-pass' ? 'the lower bound of the interval' : 'the rate'
  return {
    id: 'criteria',
    title: 'Success criteria',
    blocks: [
      table(['pair class', 'measured', 'rate', '95 % interval', 'target', 'met', 'pairs tried', 'not counted'], rows, [
        'left',
        'right',
        'right',
        'right',
        'right',
      ]),
      paragraph(
        inline`Criteria ${input.criteria}: ${bound} is compared with the target, over counted attempts, with at least ${targets.sampleFloor} of them and ${targets.coverage} % of the pairs in each class. Classes: direct, the callee has no NAT; nat_traversed, it has one and a path end to end exists; relay, none exists. Success needs ${
          input.promises.record
            ? "the receiver's own record of the payload and packet counters at both ends."
            : 'packets delivered both ways, counted at both ends behind their NATs.'
        }`,
      ),
    ],
  }
}

const classRow = (r: ClassResult): readonly Inline[] => [
  r.pairClass,
  `${r.successes}/${r.attempts}${r.recovered === 0 ? '' : ` (${r.recovered} recovered on retry)`}`,
  r.rate === null ? '–' : `${percent(r.rate)} %`,
  `${percent(r.interval.low)}–${percent(r.interval.high)} %`,
  r.target === null ? '–' : `${r.target} %`,
  r.met === null ? 'cannot say' : r.met ? 'yes' : strong('no'),
  `${r.pairsTried}/${r.pairs}`,
  `${r.notCounted}`,
]

/** One sentence for each pair that was not end to end; the same sentence of several attempts once. */
export function pathsSection(verdict: Verdict): Section {
  const others = verdict.attempts.filter((j) => j.outcome !== 'success' || j.path !== 'end-to-end')
  const sentences = [...Map.groupBy(others, (j) => j.sentence)].map(([sentence, alike]) =>
    withAttempts(sentence, alike.length),
  )
  return {
    id: 'paths',
    title: 'Why not end to end',
    blocks: [others.length === 0 ? paragraph('Every attempt was delivered end to end.') : list(sentences)],
  }
}

const withAttempts = (of: Inline, attempts: number): Inline =>
  attempts > 1 ? inline`${of} (${attempts} attempts)` : of

export const matrixSection = (verdict: Verdict): Section => ({
  id: 'matrix',
  title: 'Matrix',
  blocks: [matrixOf(verdict)],
})

export function figuresSection({
  timeToConnect: t,
  relayUpgrades,
  families,
  shortestPauseMs,
  cooloffMs,
  attempts,
  mixedVersionPairs,
}: Verdict): Section {
  const grade = (g: string | null): number => attempts.filter((j) => j.grade === g).length
  const outcome = (o: string): number => attempts.filter((j) => j.outcome === o).length
  return {
    id: 'figures',
    title: 'Figures',
    blocks: [
      pairs([
        [
          "Time to connect, by the program's own clock",
          `p50 ${ms(t.p50)} · p95 ${ms(t.p95)} · max ${ms(t.max)} (${t.count} successes)`,
        ],
        ['Relay-to-direct upgrades', `${relayUpgrades.claimed} claimed, ${relayUpgrades.witnessed} witnessed`],
        ['Attempts per grade', `A ${grade('A')} · B ${grade('B')} · C ${grade('C')} · none ${grade(null)}`],
        [
          'Attempts per outcome',
          ['success', 'failed', 'unwitnessed', 'infra', 'harness'].map((o) => `${o} ${outcome(o)}`).join(' · '),
        ],
        [
          'End-to-end paths',
          `${attempts.filter((j) => j.path === 'end-to-end' && j.punched).length} punched, ${attempts.filter((j) => j.path === 'end-to-end' && !j.punched).length} not`,
        ],
        ['IPv4 / IPv6', `${families.ipv4} / ${families.ipv6}`],
        [
          'Shortest pause of the same two peers',
          shortestPauseMs === null
            ? 'no two peers met twice'
            : `${ms(shortestPauseMs)}; ${shortestPauseMs < cooloffMs ? 'shorter than' : 'at least'} the ${ms(cooloffMs)} asked for`,
        ],
        [
          'Mixed-version pairs',
          mixedVersionPairs.length === 0
            ? 'none'
            : joined(
                mixedVersionPairs.map((p) => `${p.from} → ${p.to}`),
                ', ',
              ),
        ],
      ]),
    ],
  }
}

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
    notCovered.filter((n) => n.kind === 'pair'),
    (n) => n.why,
  )
  const lines = [
    ...notCovered.filter((n) => n.kind !== 'pair').map((n) => `${whatIsMissing(n)}: ${n.why}`),
    ...[...byReason].map(
      ([why, alike]) =>
        inline`${alike.length} pairs, ${why}: ${joined(
          alike.map((n) => `${n.pair.from} → ${n.pair.to}`),
          ', ',
        )}`,
    ),
  ]
  return { id: 'not-covered', title: 'Not covered', blocks: listOr(lines, 'Nothing that the plan asks for.') }
}

function whatIsMissing(n: Exclude<NotCovered, { kind: 'pair' }>): string {
  switch (n.kind) {
    case 'nat':
      return `NAT type ${n.nat}`
    case 'class':
      return `pair class ${n.pairClass}`
    case 'other':
      return n.what
  }
}
