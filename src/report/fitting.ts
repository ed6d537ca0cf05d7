/** A table that fits the width: what matters least is left out first, and what has nothing to say always. */
import { inlineText } from './plain.ts'
import { spansOf, table, toned, type Align, type Inline, type Span, type Table } from './section.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: Align
  /** The lowest stays longest. */
  readonly rank: number
  /** Takes what room is left, and is cut to it. */
  readonly cut?: true
  readonly of: (row: Row) => Inline
}

const between = 2
/** Less of a text that is cut says nothing. */
const leastCut = 16

/** `width`: columns of the terminal; null: everything is shown. */
export function fitted<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number | null): Table {
  const cells = columns.map((c) => rows.map((row) => c.of(row)))
  const widths = columns.map((c, i) => {
    const whole = Math.max(...[c.title, ...(cells[i] ?? [])].map((cell) => [...inlineText(cell)].length))
    return c.cut === true ? Math.min(whole, leastCut) : whole
  })
  const shown = new Set(
    columns.flatMap((_, i) => ((cells[i] ?? []).some((cell) => inlineText(cell) !== '') ? [i] : [])),
  )
  const total = (): number => [...shown].reduce((sum, i) => sum + (widths[i] ?? 0) + between, -between)
  while (width !== null && shown.size > 1 && total() > width) {
    const least = [...shown].reduce((a, b) => ((columns[b]?.rank ?? 0) >= (columns[a]?.rank ?? 0) ? b : a))
    shown.delete(least)
  }
  const kept = columns.flatMap((c, i) => (shown.has(i) ? [{ c, i }] : []))
  const room = width === null ? Infinity : width - total() + leastCut
  return table(
    kept.map(({ c }) => c.title),
    rows.map((_, r) =>
      kept.map(({ c, i }) => {
        const cell = cells[i]?.[r] ?? ''
        return c.cut === true ? shortened(cell, room) : cell
      }),
    ),
    kept.map(({ c }) => c.align ?? 'left'),
  )
}

/** A tone stays with what is left of its words. */
function shortened(cell: Inline, room: number): Inline {
  if ([...inlineText(cell)].length <= room) return cell
  const kept: Span[] = []
  let left = room - 1
  for (const span of spansOf(cell)) {
    const words = [...inlineText(span)].slice(0, left).join('')
    left -= [...words].length
    if (words !== '')
      kept.push(
        typeof span !== 'string' && span.kind === 'text' && span.tone !== undefined ? toned(words, span.tone) : words,
      )
  }
  return [...kept, '…']
}
