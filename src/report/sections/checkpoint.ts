/**
 * A soak checkpoint: when it was due, what it was compared with, what was tried again, and that one process went on.
 */
import { chanceText, points, type GroupChange } from '../../domain/group-change.ts'
import { sameStart, type ContinuityRow } from '../../domain/continuity.ts'
import { isBeyond, noiseLevel, bothTests } from '../../domain/regression.ts'
import { percent } from '../../domain/statistics.ts'
import { sampleKey, subjectName, type Sample } from '../../domain/suites/sample.ts'
import { resultsOf } from '../../domain/suites/suite.ts'
import type { Taking } from '../../domain/session.ts'
import type { ProofInput } from '../proof-input.ts'
import {
  code,
  heading,
  inline,
  list,
  pairs,
  paragraph,
  strong,
  table,
  text,
  type Inline,
  type Section,
} from '../section.ts'
import { duration, iso } from '../../domain/text.ts'

export function checkpointSection({ checkpoint, verdict }: Pick<ProofInput, 'checkpoint' | 'verdict'>): Section | null {
  const judged = verdict.checkpoint
  if (checkpoint === undefined || checkpoint === null || judged === undefined) return null
  const again = resultsOf(verdict.suites).flatMap(({ samples, retries }) => retries.map((r) => retryLine(r, samples)))
  return {
    id: 'checkpoint',
    title: 'Checkpoint',
    blocks: [
      pairs([
        ['Checkpoint', checkpoint.name],
        ['Due', iso(checkpoint.dueAt)],
        ['Taken', `${iso(checkpoint.takenAt)}, ${lateness(checkpoint)}`],
      ]),
      heading('Against the first test'),
      ...(judged.groups.some((c) => c.first !== null)
        ? []
        : [paragraph('The ledger holds no first test that passed.')]),
      table(
        ['group', 'first test', 'rate', 'now, after retries', 'rate', 'difference', 'by chance', 'would be found'],
        judged.groups.map((c) => groupRow(c, judged.tolerancePoints)),
        ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
      ),
      paragraph(
        inline`The tolerance is ${judged.tolerancePoints} points. A failed attempt counts as delivered
          here when its pair or node was tried again, later, and delivered. By chance: how often a program as good as
          at the first test would lose as much or more (Fisher's exact test, one-sided); from ${percent(noiseLevel)} %
          on a loss may be noise, and is tested once more. Would be found: the smallest drop that such a checkpoint,
          with its repetition, calls a regression in 80 of 100 cases.`,
      ),
      ...(judged.groups.some((c) => c.earlier !== null)
        ? [paragraph('Now: this test and the one before it of this checkpoint, together.')]
        : []),
      heading('Tried again'),
      again.length === 0 ? paragraph('Nothing was tried again.') : list(again),
      heading('Since the last test that passed'),
      judged.continuity.length === 0
        ? paragraph('Nothing proves what ran then.')
        : table(
            ['node', 'boot id', 'process start', 'restarts', 'binary', 'judged'],
            judged.continuity.map(continuityRow),
          ),
    ],
  }
}

const lateness = ({ latenessMs }: Taking): string => (latenessMs < 1000 ? 'on time' : `${duration(latenessMs)} late`)

function groupRow(
  { group, first, now, earlier, lost, chance, smallestDrop }: GroupChange,
  tolerance: number,
): readonly Inline[] {
  const figures = (c: { readonly attempts: number; readonly successes: number } | null): readonly string[] =>
    c === null
      ? ['–', '–']
      : [`${c.successes}/${c.attempts}`, c.attempts === 0 ? '–' : `${percent(c.successes / c.attempts)} %`]
  const difference =
    lost === null ? '–' : lost > 0 ? `−${points(lost)} points` : `${points(lost).replace('-', '+')} points`
  return [
    text(group, 200),
    ...figures(first),
    ...figures(now === null ? null : bothTests({ earlier, now })),
    isBeyond(lost, tolerance) ? strong(difference) : difference,
    chance === null ? '–' : chanceText(chance),
    smallestDrop === null ? '–' : `${(Math.ceil(smallestDrop * 1000) / 10).toString()} points`,
  ]
}

function retryLine(r: Sample, samples: readonly Sample[]): Inline {
  const failed = samples.filter((s) => sampleKey(s) === sampleKey(r) && s.outcome === 'failed')
  const recovered = failed.length > 0 && failed.every((j) => j.recovered === true)
  const sentence = r.sentence.replace(/^.*?: /, '')
  const came = recovered ? 'recovered' : r.outcome === 'failed' ? strong('still fails') : 'not recovered'
  return inline`${subjectName(r.subject)}: ${came}, ${sentence} (${failed.length} failed before)`
}

function continuityRow({ node, since, now, change }: ContinuityRow): readonly Inline[] {
  const judged = change === null ? 'one process' : strong(change)
  if (now === null)
    return [
      node,
      code(since.bootId),
      iso(since.startedAt),
      `${since.restarts}`,
      code(since.exeSha256.slice(0, 16)),
      judged,
    ]
  return [
    node,
    since.bootId === now.bootId
      ? inline`same, ${code(now.bootId)}`
      : inline`${code(since.bootId)} → ${code(now.bootId)}`,
    sameStart(since, now) && since.pid === now.pid
      ? `same, ${iso(now.startedAt)}`
      : `${iso(since.startedAt)} (pid ${since.pid}) → ${iso(now.startedAt)} (pid ${now.pid})`,
    since.restarts === now.restarts ? `${now.restarts}` : `${since.restarts} → ${now.restarts}`,
    since.exeSha256 === now.exeSha256
      ? 'same'
      : inline`changed, ${code(since.exeSha256.slice(0, 16))} → ${code(now.exeSha256.slice(0, 16))}`,
    judged,
  ]
}
