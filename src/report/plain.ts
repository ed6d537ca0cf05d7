import { safeLink } from './link.ts'
import { legendText, spansOf, toned } from './section.ts'
import type { Block, Gantt, Inline, Matrix, Section, Span, Table, Tone } from './section.ts'
import { iso, cut, spellHidden } from '../domain/text.ts'

/** How a terminal shows four tones; {@link plain} shows none. */
export type Palette = Readonly<Record<Tone, (s: string) => string>>

const same = (s: string): string => s
export const plain: Palette = { good: same, bad: same, warn: same, dim: same }

/** A whole page, and the sections below its head. */
export const pageText = (head: Section, sections: readonly Section[], palette: Palette = plain): string =>
  [head, ...sections].map((s) => sectionText(s, palette)).join('\n\n\n')

export function sectionText({ title, blocks }: Section, palette: Palette = plain): string {
  const heading = inlineText(title)
  return [`${heading}\n${'─'.repeat(width(heading))}`, ...blocks.map((b) => blockText(b, palette))].join('\n\n')
}

export function blockText(b: Block, palette: Palette = plain): string {
  switch (b.kind) {
    case 'paragraph':
      return coloured(b.of, palette)
    case 'heading':
      return `${inlineText(b.title)}:`
    case 'list':
      return b.items.map((item) => `- ${coloured(item, palette)}`).join('\n')
    case 'table':
      return tableText(b, palette)
    case 'matrix':
      return matrixText(b, palette)
    case 'code':
      return cut(b.text, b.max ?? Infinity)
        .split(/\r\n|\r|\n/)
        .map(spellHidden)
        .join('\n')
    case 'gantt':
      return ganttText(b, palette)
    case 'details':
      return [`${spellHidden(b.summary)}:`, ...b.blocks.map((one) => blockText(one, palette))].join('\n\n')
  }
}

/** Columns; a cell's tone is applied after padding, so that it does not count. */
function tableText({ head, rows, align }: Table, palette: Palette): string {
  const lines = rows.map((r) => r.map((c) => ({ plain: inlineText(c), shown: coloured(c, palette) })))
  const titles = head?.map((c) => ({ plain: inlineText(c), shown: palette.dim(inlineText(c)) })) ?? null
  const all = titles === null ? lines : [titles, ...lines]
  const widths = Array.from({ length: Math.max(0, ...all.map((r) => r.length)) }, (_, i) =>
    Math.max(...all.map((r) => width(r[i]?.plain ?? ''))),
  )
  return all
    .map((row) =>
      row
        .map(({ plain: words, shown }, i) => {
          const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(words)))
          return align[i] === 'right' ? gap + shown : i === row.length - 1 ? shown : shown + gap
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const width = (s: string): number => [...s].length

function matrixText({ stem, names, rows, legend }: Matrix, palette: Palette): string {
  const cells = rows.map((r, i): readonly Inline[] => [names[i] ?? '', ...r.map((c) => toned(c.text, c.tone))])
  const head = [`${stem}from\\to`, ...names]
  return `${tableText({ kind: 'table', head, rows: cells, align: [] }, palette)}\n${spellHidden(legendText(legend))}`
}

const ganttText = ({ bars }: Gantt, palette: Palette): string =>
  bars
    .map(({ name, start, end, bad }) => {
      const line = `${iso(start)} ${spellHidden(name)} ${Math.round((end - start) / 1000)} s`
      return bad ? palette.bad(line) : line
    })
    .join('\n')

export const inlineText = (of: Inline): string => coloured(of, plain)
const coloured = (of: Inline, palette: Palette): string =>
  spansOf(of)
    .map((span) => spanText(span, palette))
    .join('')

function spanText(span: Span, palette: Palette): string {
  if (typeof span === 'string') return spellHidden(span)
  switch (span.kind) {
    case 'text': {
      const words = spellHidden(cut(span.text, span.max))
      return span.tone === undefined ? words : palette[span.tone](words)
    }
    case 'code':
      return spellHidden(cut(span.text, span.max))
    case 'strong':
      return coloured(span.of, palette)
    case 'link': {
      const { label, href } = safeLink(span)
      return href === null ? spellHidden(label) : `${spellHidden(label)} (${href})`
    }
  }
}

/** One line of at most `max` UTF-16 units, which is how GitHub counts; a surrogate pair is kept whole. */
export function plainLine(value: string, max: number): string {
  return clip(spellHidden(clip(value, max * 2)), max)
}

/** The same over several lines. */
export const plainLines = (value: string, max: number): string =>
  clip(
    clip(value, max * 2)
      .split(/\r\n|\r|\n/)
      .map(spellHidden)
      .join('\n'),
    max,
  )

function clip(value: string, max: number): string {
  if (value.length <= max) return value
  const last = value.charCodeAt(max - 2)
  return `${value.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 2 : max - 1)}…`
}
