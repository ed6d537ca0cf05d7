/** What had failed before a fix, looked up in a test after it: green only where it was tried again and always succeeded. */
import { counts, subjectName } from '../suites/sample.ts'
import { resultsOf } from '../suites/suite.ts'
import type { Verdict } from '../verdict.ts'
import type { Red } from './end.ts'

export interface RedNow {
  readonly green: readonly string[]
  readonly red: readonly string[]
  /** Not tried, or nothing that counts. */
  readonly unknown: readonly string[]
}

export function redNow(before: readonly Red[], { suites }: Pick<Verdict, 'suites'>): RedNow {
  const results = resultsOf(suites)
  const of = ({ suite, subject }: Red): keyof RedNow => {
    const tries = results
      .filter((r) => r.suite === suite)
      .flatMap((r) => r.samples)
      .filter((s) => subjectName(s.subject) === subject && counts(s))
    return tries.length === 0 ? 'unknown' : tries.every((s) => s.outcome === 'success') ? 'green' : 'red'
  }
  const by = Map.groupBy(before, of)
  const named = (key: keyof RedNow): readonly string[] => [...new Set((by.get(key) ?? []).map((r) => r.subject))]
  return { green: named('green'), red: named('red'), unknown: named('unknown') }
}
