/** What the recorders saw between two tests of a soak: who died, what grew, errors over time, and when nobody looked. */
import { whenText, type WatchChange } from '../../domain/soak/changes.ts'
import { figures, figureText, type Growth } from '../../domain/soak/growth.ts'
import type { WatchRow } from '../../domain/soak/watch.ts'
import { duration } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import { heading, inline, list, paragraph, strong, table, type Inline, type Section } from '../section.ts'

export function watchSection({ verdict, plan }: Pick<ProofInput, 'verdict' | 'plan'>): Section | null {
  const rows = verdict.checkpoint?.watch ?? null
  if (rows === null || rows.length === 0) return null
  const changes = rows.flatMap((r) => r.changes.map((c) => changeLine(r, c)))
  const { soak } = plan.config
  return {
    id: 'watch',
    title: 'Watched through the wait',
    blocks: [
      paragraph(
        `A recorder of ours on each node wrote a line every ${duration(soak.checkIntervalMinutes * 60_000)}, read from the kernel and from systemd.`,
      ),
      table(['node', 'samples', 'of', 'gaps', 'deaths and restarts', 'cpu', 'clock moved'], rows.map(rowOf), [
        'left',
        'right',
        'right',
        'left',
        'left',
        'right',
        'right',
      ]),
      heading('Deaths and restarts'),
      changes.length === 0 ? paragraph('None was seen.') : list(changes.slice(0, mostLines)),
      heading('Growth'),
      table(
        ['node', ...figures.map((f) => `${f.what} (${f.unit})`)],
        rows.map((r) => [r.node, ...figures.map((f) => growthCell(r.growth.find((g) => g.figure === f.id)))]),
      ),
      paragraph(
        'First → last reading of the process that was looked at most often; an hour by the Theil–Sen slope, with 95 % interval. ' +
          limitsText(soak.maxGrowthMbPerHour, soak.maxGrowthFilesPerHour),
      ),
      heading('Lines with an error in the journal'),
      table(
        ['node', ...Array.from({ length: 6 }, (_, i) => `${i + 1}/6`)],
        rows.map((r) => [r.node, ...(r.errors?.map(String) ?? Array.from({ length: 6 }, () => '–'))]),
        ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
      ),
      paragraph('By sixths of the wait; each sample counts those since the one before.'),
    ],
  }
}

const mostLines = 40

function rowOf(r: WatchRow): readonly Inline[] {
  const { unwatched, gaps, changes, cpu, clockMovedMs } = r
  return [
    r.node,
    unwatched === null ? `${r.samples}` : strong('none'),
    duration(r.ms),
    unwatched !== null
      ? strong(unwatched)
      : gaps.length === 0
        ? 'none'
        : strong(`${gaps.length}, ${duration(gaps.reduce((ms, g) => ms + g.to - g.from, 0))} in all`),
    changes.length === 0 ? 'none' : strong(`${changes.reduce((n, c) => n + c.times, 0)}`),
    cpu === null ? '–' : `${figureText(cpu * 100)} %`,
    clockMovedMs === null ? '–' : `${Math.round(clockMovedMs)} ms`,
  ]
}

const changeLine = ({ node }: WatchRow, c: WatchChange): Inline => inline`${node}: ${c.text} ${whenText(c)}`

function growthCell(growth: Growth | undefined): Inline {
  if (growth === undefined || growth.trend === null) return '–'
  const { first, last, perHour, low, high } = growth.trend
  const words = `${figureText(first)} → ${figureText(last)}, ${figureText(perHour)} an hour (${figureText(low)} to ${figureText(high)})`
  return growth.judged === 'steady' ? words : strong(`${words}: ${growth.judged}`)
}

const limitsText = (memory: number | null, files: number | null): string =>
  memory === null && files === null
    ? 'No limit is configured, so that growth decides nothing.'
    : `Allowed an hour: ${[memory === null ? [] : `${memory} MB`, files === null ? [] : `${files} files`].flat().join(', ')}.`
