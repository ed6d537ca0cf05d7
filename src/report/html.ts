import { safeLink } from './link.ts'
import { legendText, spansOf, usualBlockLength, usualLength } from './section.ts'
import type { Block, Gantt, Inline, Matrix, Section, Span, Table } from './section.ts'
import { iso, cut, spellHidden } from '../domain/text.ts'

/** Whole in text and in a quoted attribute. */
export const escapeHtml = (value: string): string =>
  value
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&apos;')

/** `level` of the section's own heading, from 1. */
export const sectionHtml = ({ id, title, blocks }: Section, level = 2): string =>
  [
    `<section id="${id.replace(/[^\w-]+/g, '-')}">`,
    `<h${level}>${inlineHtml(title)}</h${level}>`,
    ...blocks.map((b) => blockHtml(b, level + 1)),
    '</section>',
  ].join('\n')

function blockHtml(b: Block, level: number): string {
  switch (b.kind) {
    case 'paragraph':
      return `<p>${inlineHtml(b.of)}</p>`
    case 'heading':
      return `<h${level}>${inlineHtml(b.title)}</h${level}>`
    case 'list':
      return `<ul>${b.items.map((item) => `<li>${inlineHtml(item)}</li>`).join('')}</ul>`
    case 'table':
      return tableHtml(b)
    case 'matrix':
      return matrixHtml(b)
    case 'code':
      return `<pre>${cut(b.text, b.max ?? usualBlockLength)
        .split(/\r\n|\r|\n/)
        .map((line) => escapeHtml(spellHidden(line)))
        .join('\n')}</pre>`
    case 'gantt':
      return tableHtml(barTable(b))
    case 'details':
      return `<details>${tag('summary', textHtml(b.summary))}${b.blocks.map((x) => blockHtml(x, level)).join('')}</details>`
  }
}

const tag = (name: string, inner: string): string => `<${name}>${inner}</${name}>`

const tableHtml = ({ head, rows, align }: Table): string => {
  const side = (i: number): string => (align[i] === 'right' ? ' class="right"' : '')
  const row = (tag: 'td' | 'th', cells: readonly Inline[]): string =>
    `<tr>${cells.map((c, i) => `<${tag}${side(i)}>${inlineHtml(c)}</${tag}>`).join('')}</tr>`
  return `<table>${head === null ? '' : row('th', head)}${rows.map((r) => row('td', r)).join('')}</table>`
}

function matrixHtml({ stem, names, rows, legend }: Matrix): string {
  const head = [`${stem}from ╲ to`, ...names].map((n) => `<th>${textHtml(n)}</th>`)
  const lines = rows.map((r, i) => {
    const cells = r.map((c) => `<td class="${c.tone}">${textHtml(c.text)}</td>`)
    return tag('tr', `${tag('th', textHtml(names[i] ?? ''))}${cells.join('')}`)
  })
  const table = `<table class="matrix">${tag('tr', head.join(''))}${lines.join('')}</table>`
  return `${table}\n${tag('p', textHtml(legendText(legend)))}`
}

const barTable = ({ bars }: Gantt): Table => ({
  kind: 'table',
  head: ['stage', 'from', 'to', ''],
  rows: bars.map((b) => [b.name, iso(b.start), iso(b.end), b.bad ? 'not passed' : '']),
  align: [],
})

const textHtml = (value: string, max = usualLength): string => escapeHtml(spellHidden(cut(value, max)))
const inlineHtml = (of: Inline): string => spansOf(of).map(spanHtml).join('')

function spanHtml(span: Span): string {
  if (typeof span === 'string') return textHtml(span)
  switch (span.kind) {
    case 'text': {
      const words = textHtml(span.text, span.max)
      return span.tone === undefined ? words : `<span class="${span.tone}">${words}</span>`
    }
    case 'code':
      return `<code>${textHtml(span.text, span.max)}</code>`
    case 'strong':
      return `<strong>${inlineHtml(span.of)}</strong>`
    case 'link': {
      const { label, href } = safeLink(span)
      return href === null
        ? textHtml(label)
        : `<a rel="nofollow noopener" href="${escapeHtml(href)}">${textHtml(label)}</a>`
    }
  }
}
