/** Columns of plain text for a terminal or a job log; colour comes from a palette that the caller hands in. */
import { spellHidden } from './markdown.ts'

/** How a terminal shows four tones; {@link plain} shows none. */
export interface Palette {
  readonly good: (s: string) => string
  readonly bad: (s: string) => string
  readonly warn: (s: string) => string
  readonly dim: (s: string) => string
}

const same = (s: string): string => s
export const plain: Palette = { good: same, bad: same, warn: same, dim: same }

/** A cell: foreign text is made visible; `tone` is applied after padding, so that it does not count. */
export interface Cell {
  readonly text: string
  readonly tone?: keyof Palette
  readonly right?: boolean
}

export function textTable(
  header: readonly string[],
  rows: readonly (readonly (string | Cell)[])[],
  palette: Palette = plain,
): string {
  const cells = rows.map((row) =>
    row.map((c): Cell => (typeof c === 'string' ? { text: spellHidden(c) } : { ...c, text: spellHidden(c.text) })),
  )
  const widths = header.map((h, i) => Math.max(width(h), ...cells.map((row) => width(row[i]?.text ?? ''))))
  const line = (row: readonly Cell[]): string =>
    row
      .map((c, i) => {
        const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(c.text)))
        const shown = c.tone === undefined ? c.text : palette[c.tone](c.text)
        return c.right === true ? gap + shown : i === row.length - 1 ? shown : shown + gap
      })
      .join('  ')
      .trimEnd()
  return [line(header.map((h): Cell => ({ text: h, tone: 'dim' }))), ...cells.map(line)].join('\n')
}

const width = (s: string): number => [...s].length
