/** Markdown from hostile text: whatever a node, a log or a name says stays text, in a page, a table cell, a comment or a job log. */

/** Default longest piece of foreign text in one place, characters. */
const limit = 400

/** Foreign text inline: no markup, no links, no mentions or references, no HTML, no workflow commands, one line. */
export function text(value: string, max = limit): string {
  return (
    spellHidden(cut(value, max))
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/[\\`*_{}[\]()|~!$]/g, '\\$&')
      // GitHub looks for these after rendering, where an entity or a backslash is gone already: a zero-width space stays.
      .replace(/[@#]/g, '$&\u200b')
      .replace(/:(?=:|\/\/)/g, ':\u200b')
      // An underscore before it does not keep GitHub from linking it.
      .replace(/(?<![a-z0-9])(www|gh)(?=[.-])/gi, '$1\u200b')
      // `:name:` would become a picture; times, ports and addresses stay what they are.
      .replace(/:(?=(?![0-9a-f]{1,5}:)[a-z0-9\\_+-]+:)/gi, ':\u200b')
      .replace(/^(\s*)([-+](?=\s|$)|-{2,}|=+|\d+(?=[.)](?:\s|$)))/, '$1$2\u200b')
  )
}

/** Foreign text as a code span, table-safe. */
export function code(value: string, max = limit): string {
  const inner = spellHidden(cut(value === '' ? ' ' : value, max))
    .replace(/\|/g, '\\|')
    .replace(/:(?=:)/g, ':\u200b')
  const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = inner.startsWith('`') || inner.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${inner}${pad}${fence}`
}

/** Foreign lines as a block; `max` counts characters of the whole. */
export function block(value: string, max = 20_000): string {
  const lines = cut(value, max)
    .split(/\r\n|\r|\n/)
    .map((line) =>
      spellHidden(line)
        .replace(/:(?=:)/g, ':\u200b')
        .replace(/##(?=\[)/g, '##\u200b'),
    )
  const longest = Math.max(2, ...lines.flatMap((l) => (l.match(/`+/g) ?? []).map((run) => run.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}text`, ...lines, fence].join('\n')
}

/** Cells are Markdown already: the caller escapes with {@link text} or {@link code}. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly ('left' | 'right')[] = [],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, i) => (align[i] === 'right' ? '---:' : '---'))), ...rows.map(line)].join(
    '\n',
  )
}

/** Control characters, line ends and the invisible ones that turn or hide text, written as U+XXXX. */
export const spellHidden = (value: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  value.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e007f}]/gu,
    (c) => (c === '\t' ? ' ' : `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`),
  )

/** In characters, never through the middle of one; megabytes are counted, not copied. */
function cut(value: string, max: number): string {
  if (value.length <= max) return value
  let [end, points] = [0, 0]
  for (let i = 0; i < value.length; i++, points++) {
    if (points === max) end = i
    if ((value.codePointAt(i) ?? 0) > 0xffff) i++
  }
  return points <= max ? value : `${value.slice(0, end)}… (${points - max} more)`
}
