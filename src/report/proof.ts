/** The proof: one page that binds plan, commit, binary, fleet, evidence and verdict (spec §8). Rebuilt from data alone, at any time, offline. */
import { percent, type ClassResult } from '../domain/criteria.ts'
import type { NotCovered } from '../domain/suites/connectivity/coverage.ts'
import { pairClasses } from '../domain/suites/connectivity/oracle.ts'
import { planDigest } from '../domain/plan.ts'
import type { Verdict } from '../domain/verdict.ts'
import { duration, iso, ms } from './figures.ts'
import { code, table, text } from './markdown.ts'
import { matrixMarkdown } from './matrix.ts'
import { checkpointSection } from './proof-checkpoint.ts'
import type { ProofInput } from './proof-input.ts'
import { controlsSection, labSection, nodesSection, runningSection } from './proof-network.ts'
import { evidenceSection, ledgerSection, recoverySection, sourceSection, timingsSection } from './proof-record.ts'

export function renderProof(p: ProofInput): string {
  return (
    [
      headSection(p),
      criteriaSection(p),
      checkpointSection(p),
      '## Matrix',
      matrixMarkdown(p.verdict),
      pairsSection(p.verdict),
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
    ]
      .filter((s) => s !== '')
      .join('\n\n') + '\n'
  )
}

/** `proof-2026-01-31T08-05-09Z.md`. */
export const proofName = (finishedAt: number): string =>
  `proof-${iso(finishedAt)
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-')}.md`

function headSection({ plan, verdict, session, startedAt, finishedAt, anchor, manifest }: ProofInput): string {
  const { answers } = plan
  const reasons = verdict.reasons.map(
    (r) =>
      `- ${r.kind === 'failed' ? '**failed**' : r.kind === 'invalid' ? '**invalid**' : 'inconclusive'}: ${text(r.text)}`,
  )
  return [
    `# Test proof: ${text(answers.project.value)}`,
    table(
      ['', ''],
      [
        ['Result', `**${verdict.result}**`],
        ['Project', text(answers.project.value)],
        ['Date', iso(finishedAt)],
        ['Duration', duration(finishedAt - startedAt)],
        ['Session', code(session)],
        [
          'Focus · criteria · proof',
          [answers.focus, answers.criteria, answers.proof].map((a) => `${text(a.value)} (${text(a.from)})`).join(' · '),
        ],
        ['Fleet', text(plan.fleet.name)],
        ['Plan', code(planDigest(plan))],
        ['Evidence root', code(manifest.root)],
        [
          'Anchor',
          anchor === null
            ? 'none: consistent, unanchored'
            : `${anchor.kind} ${text(anchor.where)} ${code(anchor.digest)}${anchor.digest === manifest.root ? '' : ' **is another digest than the evidence root**'}`,
        ],
      ],
    ),
    ...(reasons.length === 0 ? [] : [`### Why ${verdict.result}`, reasons.join('\n')]),
  ].join('\n\n')
}

export function criteriaSection({ verdict, input }: Pick<ProofInput, 'verdict' | 'input'>): string {
  const rows = pairClasses.flatMap((c) => (verdict.classes[c] === undefined ? [] : [classRow(verdict.classes[c])]))
  const { targets } = input
  const bound = targets.strict && input.criteria !== 'all-pass' ? 'the lower bound of the interval' : 'the rate'
  return [
    '## Success criteria',
    table(['pair class', 'measured', 'rate', '95 % interval', 'target', 'met', 'pairs tried', 'not counted'], rows, [
      'left',
      'right',
      'right',
      'right',
      'right',
    ]),
    `Criteria ${text(input.criteria)}: ${bound} is compared with the target, over counted attempts, with at least ${text(`${targets.sampleFloor}`)} of them and ${text(`${targets.coverage}`)} % of the pairs in each class. ` +
      'Classes: direct, the callee has no NAT; nat_traversed, it has one and a path end to end exists; relay, none exists. Success needs ' +
      (input.promises.record
        ? "the receiver's own record of the payload and packet counters at both ends."
        : 'packets delivered both ways, counted at both ends behind their NATs.'),
  ].join('\n\n')
}

const classRow = (r: ClassResult): readonly string[] => [
  r.pairClass,
  `${r.successes}/${r.attempts}${r.recovered === 0 ? '' : ` (${r.recovered} recovered on retry)`}`,
  r.rate === null ? '–' : `${percent(r.rate)} %`,
  `${percent(r.interval.low)}–${percent(r.interval.high)} %`,
  r.target === null ? '–' : `${text(`${r.target}`)} %`,
  r.met === null ? 'cannot say' : r.met ? 'yes' : '**no**',
  `${r.pairsTried}/${r.pairs}`,
  `${r.notCounted}`,
]

/** One sentence for each pair that was not end to end; the same sentence of several attempts once. */
export function pairsSection(verdict: Verdict): string {
  const told = verdict.attempts.filter((j) => j.outcome !== 'success' || j.path !== 'end-to-end')
  if (told.length === 0) return 'Every attempt was delivered end to end.'
  const lines = [...Map.groupBy(told, (j) => j.sentence)].map(
    ([sentence, list]) => `- ${text(sentence)}${list.length > 1 ? ` (${list.length} attempts)` : ''}`,
  )
  return ['### Why not end to end', ...chunk(lines)].join('\n\n')
}

export function figuresSection({
  timeToConnect: t,
  relayUpgrades,
  families,
  shortestPauseMs,
  cooloffMs,
  attempts,
  mixedVersionPairs,
}: Verdict): string {
  const grade = (g: string | null): number => attempts.filter((j) => j.grade === g).length
  const outcome = (o: string): number => attempts.filter((j) => j.outcome === o).length
  return [
    '## Figures',
    table(
      ['', ''],
      [
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
            : mixedVersionPairs.map((p) => text(`${p.from} → ${p.to}`)).join(', '),
        ],
      ],
    ),
  ].join('\n\n')
}

export function findingsSection({ findings }: Verdict): string {
  const lines = findings.map(
    (f) => `- **${text(f.kind)}** ${text(f.message)}${f.attempts.length > 1 ? ` (${f.attempts.length} attempts)` : ''}`,
  )
  return ['## Findings', ...(lines.length === 0 ? ['None.'] : chunk(lines))].join('\n\n')
}

export function notCoveredSection({ notCovered }: Verdict): string {
  const pairs = Map.groupBy(
    notCovered.filter((n) => n.kind === 'pair'),
    (n) => n.why,
  )
  const lines = [
    ...notCovered.filter((n) => n.kind !== 'pair').map((n) => `- ${text(`${whatIsMissing(n)}: ${n.why}`)}`),
    ...[...pairs].map(
      ([why, list]) =>
        `- ${list.length} pairs, ${text(why)}: ${list.map((n) => text(`${n.pair.from} → ${n.pair.to}`)).join(', ')}`,
    ),
  ]
  return ['## Not covered', ...(lines.length === 0 ? ['Nothing that the plan asks for.'] : chunk(lines))].join('\n\n')
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

const chunk = (lines: readonly string[]): readonly string[] => [lines.join('\n')]
