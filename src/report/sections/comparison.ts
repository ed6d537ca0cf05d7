/** Now against the base branch, group by group, with the difference in points. */
import { groupName, type Count } from '../../domain/counts.ts'
import { percent } from '../../domain/statistics.ts'
import { iso } from '../../domain/text.ts'
import type { Comparison } from '../comparison.ts'
import { code, inline, list, paragraph, strong, table, text, type Section } from '../section.ts'

export function comparisonSection({ base, rows, weaker }: Comparison): Section {
  const [id, title] = ['comparison', 'Against the base branch']
  if (base === null) {
    const none = 'The base branch has no recorded test of this project on this fleet: nothing to compare with.'
    return { id, title, blocks: [paragraph(none)] }
  }
  const commit = base.commit === null ? '' : inline` of commit ${code(base.commit.slice(0, 12))}`
  const checkpoint = base.checkpoint === null ? '' : inline`, soak checkpoint ${text(base.checkpoint, 40)}`
  const several = new Set(rows.map((r) => r.suite)).size > 1
  const fleet = code(base.fleet ?? 'unknown', 60)
  return {
    id,
    title,
    blocks: [
      paragraph(
        inline`Compared with session ${code(base.session, 100)}${commit} on ${code(base.branch, 100)},
          fleet ${fleet}${checkpoint}, recorded ${iso(base.at)}.`,
      ),
      ...(weaker.length === 0
        ? []
        : [
            paragraph(
              inline`${strong('Less is demanded here than there')}, or something else: the same result is worth less.`,
            ),
            list(weaker.map((w) => text(w, 200))),
          ]),
      table(
        ['group', 'now', 'base', 'difference'],
        rows.map((r) => [text(groupName(r, several), 200), share(r.now), share(r.base), points(r.points)]),
        ['left', 'right', 'right', 'right'],
      ),
    ],
  }
}

const share = (c: Count | null): string =>
  c === null ? '–' : c.attempts === 0 ? '0/0' : `${c.successes}/${c.attempts} = ${percent(c.successes / c.attempts)} %`

/** Never rounded to nothing: a difference that is there is shown as one. */
function points(value: number | null): string {
  if (value === null) return '–'
  if (value === 0) return '±0 points'
  const size = Math.max(0.1, Math.round(Math.abs(value) * 10) / 10)
  return `${value > 0 ? '+' : '−'}${size} points`
}
