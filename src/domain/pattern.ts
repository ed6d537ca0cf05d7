/**
 * Regular expressions of others (profiles, configurations, evidence): run by RE2, in time linear in the text, by the
 * run and by `verify` alike.
 */
import { RE2JS } from 're2js'
import type { Check } from './shape.ts'
import { messageOf } from './text.ts'

export interface Pattern {
  readonly groupNames: readonly string[]
  matches(text: string): boolean
  /** Of the first match, by name; null: there is no match. */
  groupsIn(text: string): Readonly<Record<string, string | null>> | null
}

export const longestPattern = 500
/** Of its program: what one character of a text costs at most. Sixty-four hex digits, written as such, are 64. */
const mostSteps = 250

/** `source` as a pattern, or what is wrong with it, in words. */
export function patternOf(source: string): Pattern | { readonly fault: string } {
  if (source.length > longestPattern) return { fault: `it is longer than ${longestPattern} characters` }
  let re: RE2JS
  try {
    re = RE2JS.compile(source)
  } catch (error) {
    return { fault: `${messageOf(error).replace(/^error parsing regexp: /, '')} (RE2 syntax)` }
  }
  if (re.programSize() > mostSteps)
    return { fault: 'its repetitions make it too large: fewer, or without an upper bound' }
  return {
    groupNames: Object.keys(re.namedGroups()),
    matches: (text) => re.matcher(text).find(),
    groupsIn(text) {
      const matcher = re.matcher(text)
      return matcher.find() ? matcher.getNamedGroups() : null
    },
  }
}

/** A pattern that is run here. */
export const patternShape: Check = (v) => {
  if (typeof v !== 'string') return ' is no text'
  const pattern = patternOf(v)
  return 'fault' in pattern ? ` is no pattern that is run here: ${pattern.fault}` : null
}
