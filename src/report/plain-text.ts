/** Foreign text where no Markdown is read: titles, annotations, XML. Bounded in UTF-16 units, which is how GitHub counts. */
import { spellHidden } from './markdown.ts'

/** One line of at most `max` units; a surrogate pair is kept whole. */
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
