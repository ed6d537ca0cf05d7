/** When what had failed before a fix is tried alone: by the entries and nothing else. */
import { isTest, type Entry } from '../events/entry.ts'
import type { FixFacts } from './end.ts'

/** The fix whose red attempts are to be tried next; null: the next test is a whole one. */
export function redPending(entries: readonly Entry[]): FixFacts | null {
  const at = entries.findLastIndex((e) => e.event === 'fixed')
  const made = entries[at]
  if (made?.event !== 'fixed' || !made.facts.fix.first) return null
  const over = entries.slice(at + 1).some((e) => e.event === 'green' || e.event === 'pushed' || isTest(e))
  return over ? null : made.facts.fix
}
