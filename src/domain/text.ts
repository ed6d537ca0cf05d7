/** Text for people: hostile text made safe to print, values as words, times and durations, and what an error says. */

/** Control characters, line ends, and the invisible ones that turn or hide text. */
const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g
const hiddenOrHalf = new RegExp(`${hidden.source}|\\p{Cs}|[\\u{e0000}-\\u{e007f}]`, 'gu')

/** For a terminal or a message: hidden characters are dropped and the length is bounded. */
export const stripHidden = (text: string, limit = 200): string => {
  const clean = text.replace(hidden, '')
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean
}

/**
 * For a page that is evidence: hidden characters are written as ⟨U+XXXX⟩, so that a reader sees that they were there.
 */
export const spellHidden = (value: string): string =>
  value.replace(hiddenOrHalf, (c) =>
    c === '\t' ? ' ' : `⟨U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )

/** Cut to a number of characters, never through the middle of one; says how many are missing. */
export function cut(value: string, max: number): string {
  if (value.length <= max) return value
  let [end, points] = [0, 0]
  for (let i = 0; i < value.length; i++, points++) {
    if (points === max) end = i
    if ((value.codePointAt(i) ?? 0) > 0xffff) i++
  }
  return points <= max ? value : `${value.slice(0, end)}… (${points - max} more)`
}

/** A value in a message: text quoted, anything else by its kind. */
export function printable(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(stripHidden(value, 80))
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return kindOf(value)
}

/** What a YAML value is, in a writer's words. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return { string: 'text', boolean: 'true/false' }[typeof value as string] ?? `a ${typeof value}`
}

/** What was thrown need not be an error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Milliseconds below ten seconds; `–` for nothing. */
export const ms = (value: number | null): string =>
  value === null ? '–' : value < 10_000 ? `${Math.round(value)} ms` : duration(value)

/** A node's clock may say anything; a date that does not exist is `?`. */
/** `2026-12-31`, UTC. */
export const isoDay = (at: number): string => iso(at).slice(0, 10)

export const iso = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '?')

/** `48 s`, `7 min 03 s`, `2 h 05 min`. */
export function duration(milliseconds: number): string {
  const s = Math.max(0, Math.round(milliseconds / 1000))
  const two = (n: number): string => n.toString().padStart(2, '0')
  if (s < 60) return `${s} s`
  return s < 3600
    ? `${Math.floor(s / 60)} min ${two(s % 60)} s`
    : `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`
}

/** `1 pair`, `2 pairs`. */
export const amount = (n: number, of: string): string => `${n} ${of}${n === 1 ? '' : 's'}`
