/** What had failed before a fix: which subjects, and what became of them in a test after it. */
import { counts, subjectName, type Sample } from '../suites/sample.ts'
import { resultsOf } from '../suites/suite.ts'
import type { Verdict } from '../verdict.ts'
import { mostRed, type Red, type RedNow } from './end.ts'

/** Of a test that failed: each subject once, without what was recovered or what a later attempt stands for. */
export function redOf({ suites }: Pick<Verdict, 'suites'>): readonly Red[] {
  const failed = (s: Sample): boolean => s.outcome === 'failed' && s.recovered !== true && s.repeatedBy === undefined
  const all = resultsOf(suites).flatMap(({ suite, samples }) =>
    samples.filter(failed).map(({ group, subject: s }) => ({
      suite,
      group,
      subject: subjectName(s),
      pair: s.kind === 'pair' ? { from: s.pair.from, to: s.pair.to } : null,
    })),
  )
  return eachOnce(all)
}

/** What an earlier fix was to mend and did not is still to be mended by the next one. */
export const eachOnce = (all: readonly Red[]): readonly Red[] =>
  [...new Map(all.map((r) => [JSON.stringify([r.suite, r.group, r.subject]), r])).values()].slice(0, mostRed)

/** A node has one for each of its groups; a pair one in each suite, as its group may be another after a fix. */
export const redName = ({ suite, group, subject, pair }: Red): string =>
  [suite, ...(pair === null ? [group] : []), subject].join(': ')

/** Green is only what was tried again and always succeeded. */
export function redNow(before: readonly Red[], { suites }: Pick<Verdict, 'suites'>): RedNow {
  const results = resultsOf(suites)
  const of = ({ suite, group, subject, pair }: Red): keyof RedNow => {
    const tries = results
      .filter((r) => r.suite === suite)
      .flatMap((r) => r.samples)
      .filter((s) => subjectName(s.subject) === subject && (pair !== null || s.group === group) && counts(s))
    return tries.length === 0 ? 'unknown' : tries.every((s) => s.outcome === 'success') ? 'green' : 'red'
  }
  const by = Map.groupBy(before, of)
  const named = (key: keyof RedNow): readonly string[] => [...new Set((by.get(key) ?? []).map(redName))]
  return { green: named('green'), red: named('red'), unknown: named('unknown') }
}
