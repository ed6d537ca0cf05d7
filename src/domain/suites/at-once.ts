/** A judge that needs all lines of its suite together: few, and small ones, because each is kept until the end. */
import type { RunContext } from './run-context.ts'
import type { Judged, Judging, SuiteId, SuiteTypes } from './suite.ts'

type JudgeAll<Id extends SuiteId> = (
  items: readonly SuiteTypes[Id]['item'][],
  work: SuiteTypes[Id]['work'],
  run: RunContext,
) => Judged<Id>

export const atOnce =
  <Id extends SuiteId>(judge: JudgeAll<Id>) =>
  (work: SuiteTypes[Id]['work'], run: RunContext): Judging<Id> => {
    const items: SuiteTypes[Id]['item'][] = []
    return { add: (item) => void items.push(item), end: () => judge(items, work, run) }
  }
