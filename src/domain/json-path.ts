/** A list of objects inside an answer of JSON that comes from outside. */

/**
 * `at`: `$` for the answer itself, else names with dots between. An object alone is a list of one; what is none is
 * dropped.
 */
export function listAt(text: string, at: string): readonly Readonly<Record<string, unknown>>[] {
  const value = valueAt(text, at)
  return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter(isObject)
}

/** Whether a list, empty or not, or an object stands there at all. */
export function holdsListAt(text: string, at: string): boolean {
  const value = valueAt(text, at)
  return Array.isArray(value) || isObject(value)
}

function valueAt(text: string, at: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const name of at === '$' ? [] : at.split('.'))
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

/** One object; null where the text is anything else. */
export function objectIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const isObject = (v: unknown): v is Readonly<Record<string, unknown>> =>
  typeof v === 'object' && v !== null && !Array.isArray(v)
