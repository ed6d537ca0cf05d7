/** Foreign text made fit for any page: cut, with what was cut said, and hidden characters spelled out. */

/** In characters, never through the middle of one; megabytes are counted, not copied. */
export function cut(value: string, max: number): string {
  if (value.length <= max) return value
  let [end, points] = [0, 0]
  for (let i = 0; i < value.length; i++, points++) {
    if (points === max) end = i
    if ((value.codePointAt(i) ?? 0) > 0xffff) i++
  }
  return points <= max ? value : `${value.slice(0, end)}… (${points - max} more)`
}

/** Control characters, line ends and the invisible ones that turn or hide text, written as U+XXXX. */
export const spellHidden = (value: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  value.replace(
    /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Cs}|[\u{e0000}-\u{e007f}]/gu,
    (c) => (c === '\t' ? ' ' : `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`),
  )
