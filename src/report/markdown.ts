import { escapeHtml } from './html.ts'
import { safeLink } from './link.ts'
import { legendText, spansOf, strong, usualBlockLength, usualLength } from './section.ts'
import type { Align, Block, Gantt, Inline, Matrix, Section, Span, Table } from './section.ts'
import { cut, spellHidden } from '../domain/text.ts'

/** `level` of the section's own heading, from 1; sections within stand one below. */
export const sectionMarkdown = ({ title, blocks }: Section, level = 2): string =>
  [headingMarkdown(title, level), ...(blocks.length === 0 ? [] : [blocksMarkdown(blocks, level + 1)])].join('\n\n')

/** A whole page, and the sections below its head. `level`: of the head. */
export const pageMarkdown = (head: Section, level: number, sections: readonly Section[] = []): string =>
  `${[sectionMarkdown(head, level), ...sections.map((s) => sectionMarkdown(s, level + 1))].join('\n\n')}\n`

/** `level`: of headings among the blocks. */
export const blocksMarkdown = (blocks: readonly Block[], level = 3): string =>
  blocks.map((b) => blockMarkdown(b, level)).join('\n\n')

/** A line that no page shows and programs find; a key from data cannot end it early. */
export const hiddenLine = (key: string): string =>
  `<!-- vps-test:${key
    .replace(/[^A-Za-z0-9._/]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 200)} -->`

function blockMarkdown(b: Block, level: number): string {
  switch (b.kind) {
    case 'paragraph':
      return line(b.of)
    case 'heading':
      return headingMarkdown(b.title, level)
    case 'list':
      return b.items.map((item) => `- ${line(item)}`).join('\n')
    case 'table':
      return tableMarkdown(b)
    case 'matrix':
      return matrixMarkdown(b)
    case 'code':
      return block(b.text, b.max)
    case 'gantt':
      return mermaid(b)
    case 'details':
      return `<details><summary>${summary(b.summary)}</summary>\n\n${blocksMarkdown(b.blocks, level)}\n\n</details>`
  }
}

/** Raw HTML: Markdown is not read there, mentions are. */
const summary = (value: string): string => unlinked(escapeHtml(spellHidden(cut(value, usualLength))))

const headingMarkdown = (title: Inline, level: number): string => `${'#'.repeat(level)} ${inlineMarkdown(title)}`

const tableMarkdown = ({ head, rows, align }: Table): string =>
  table(
    head === null ? ['', ''] : head.map(cell),
    rows.map((r) => r.map(cell)),
    align,
  )

function matrixMarkdown({ stem, names, rows, legend }: Matrix): string {
  const lines = rows.map((r, i) => [strong(names[i] ?? ''), ...r.map((c) => c.text)])
  const head = [`${stem}from ╲ to`, ...names]
  return `${tableMarkdown({ kind: 'table', head, rows: lines, align: [] })}\n\n${line(legendText(legend))}`
}

const mermaid = ({ bars }: Gantt): string =>
  [
    '```mermaid',
    'gantt',
    '  dateFormat x',
    '  axisFormat %H:%M',
    '  section Session',
    ...bars.map(
      (b, i) => `  ${b.name.replace(/\W+/g, '_')} :${b.bad ? 'crit' : 'done'}, s${i}, ${ms(b.start)}, ${ms(b.end)}`,
    ),
    '```',
  ].join('\n')

const ms = (at: number): string => (Number.isSafeInteger(at) ? `${at}` : '0')

/** A line of its own: what would begin a list or a heading there does not. */
const line = (of: Inline): string => lineStart(inlineMarkdown(of, 'line').trim())
const cell = (of: Inline): string => inlineMarkdown(of, 'cell')

type Where = 'line' | 'cell'

/** Neighbouring texts are escaped as one, so that no two of them make up a mention or a command. */
function inlineMarkdown(of: Inline, where: Where = 'line'): string {
  let [out, pending] = ['', '']
  const add = (part: string): void => {
    // Two runs of backticks would become one.
    out += out.endsWith('`') && part.startsWith('`') ? ` ${part}` : part
  }
  for (const span of spansOf(of)) {
    if (typeof span === 'string') pending += cut(span, usualLength)
    else if (span.kind === 'text') pending += cut(span.text, span.max)
    else {
      add(escape(pending))
      pending = ''
      add(spanMarkdown(span, where))
    }
  }
  add(escape(pending))
  return out
}

function spanMarkdown(span: Exclude<Span, string | { readonly kind: 'text' }>, where: Where): string {
  switch (span.kind) {
    case 'code':
      return codeSpan(span.text, span.max, where)
    case 'strong': {
      const inner = inlineMarkdown(span.of, where)
      return inner === '' ? '' : `**${inner}**`
    }
    case 'link': {
      const { label, href } = safeLink(span)
      return href === null ? text(label, 120) : `[${text(label, 200)}](${href})`
    }
  }
}

/** Foreign text inline: no markup, no links, no mentions or references, no HTML, no workflow commands, one line. */
export const text = (value: string, max = usualLength): string => lineStart(escape(cut(value, max)))

const escape = (value: string): string =>
  unlinked(
    spellHidden(value)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]()|~!$]/g, '\\$&'),
  )

/** GitHub looks for these after rendering, where an entity or a backslash is gone already: a zero-width space stays. */
const unlinked = (value: string): string =>
  value
    .replace(/[@#]/g, '$&\u200b')
    .replace(/:(?=:|\/\/)/g, ':\u200b')
    // An underscore before it does not keep GitHub from linking it.
    .replace(/(?<![a-z0-9])(www|gh)(?=[.-])/gi, '$1\u200b')
    // `:name:` would become a picture; times, ports and addresses stay what they are.
    .replace(/:(?=(?![0-9a-f]{1,5}:)[a-z0-9\\_+-]+:)/gi, ':\u200b')

const lineStart = (value: string): string =>
  value.replace(/^(\s*)([-+](?=\s|$)|-{2,}|=+|\d+(?=[.)](?:\s|$)))/, '$1$2\u200b')

/** Foreign text as a code span. */
export const code = (value: string, max = usualLength): string => codeSpan(value, max, 'cell')

/** A table reads `\|` before code does; elsewhere the backslash would be shown. One of the text's own keeps away. */
function codeSpan(value: string, max: number, where: Where): string {
  const visible = spellHidden(cut(value === '' ? ' ' : value, max)).replace(/:(?=:)/g, ':\u200b')
  const inner = where === 'cell' ? visible.replace(/\\(?=\|)/g, '\\\u200b').replace(/\|/g, '\\|') : visible
  const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = inner.startsWith('`') || inner.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${inner}${pad}${fence}`
}

/** Foreign lines as a block; `max` counts characters of the whole. */
export function block(value: string, max = usualBlockLength): string {
  const lines = cut(value, max)
    .split(/\r\n|\r|\n/)
    .map((one) =>
      spellHidden(one)
        .replace(/:(?=:)/g, ':\u200b')
        .replace(/##(?=\[)/g, '##\u200b'),
    )
  const longest = Math.max(2, ...lines.flatMap((l) => (l.match(/`+/g) ?? []).map((run) => run.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}text`, ...lines, fence].join('\n')
}

/** Cells are Markdown already. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[] = [],
): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [row(header), row(header.map((_, i) => (align[i] === 'right' ? '---:' : '---'))), ...rows.map(row)].join('\n')
}
