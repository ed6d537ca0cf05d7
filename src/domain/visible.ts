/** Text from files and people made safe to print: no control characters, no bidirectional overrides, bounded length. */

const hidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

export const stripHidden = (text: string, limit = 200): string => {
  const clean = text.replace(hidden, '')
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean
}

/** A value in a message: text quoted, anything else by its kind. */
export function show(value: unknown): string {
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
