/** A program's events: JSON objects, one a line, among whatever else it prints. */
import { objectIn } from './json-path.ts'
import type { EventField } from './profile.ts'

type Event = Readonly<Record<string, unknown>>

/** Null: the line is no JSON object. */
export const eventIn = (line: string): Event | null => (line.trimStart().startsWith('{') ? objectIn(line) : null)

export const isEvent = (event: Event, where: EventField['where']): boolean =>
  Object.entries(where).every(([name, value]) => textAt(event, name) === value)

/** What stands in a field as text; null: nothing, or what is no text, number or flag. */
export function textAt(event: Event, name: string): string | null {
  const value = Object.hasOwn(event, name) ? event[name] : undefined
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

/** Of the first event that has it. */
export function fieldIn(lines: readonly string[], { where, field }: EventField): string | null {
  for (const line of lines) {
    const event = eventIn(line)
    const value = event !== null && isEvent(event, where) ? textAt(event, field) : null
    if (value !== null) return value
  }
  return null
}

/** A peer's id, whole or its beginning. */
export const isPeerId = (text: string): boolean => /^[0-9a-f]{16,128}$/i.test(text)

/** Programs shorten ids: two are the same where one begins with the other. */
export function isSamePeer(a: string, b: string): boolean {
  if (!isPeerId(a) || !isPeerId(b)) return false
  const [short = '', long = ''] = [a.toLowerCase(), b.toLowerCase()].toSorted((x, y) => x.length - y.length)
  return long.startsWith(short)
}
