/** What each pair, node or fleet came to, over all its samples: the test cases that other tools count. */
import { groupName } from '../domain/counts.ts'
import { sampleKey, type Sample, type Subject } from '../domain/suites/sample.ts'
import { resultsOf, type AnyResult, type SuiteId } from '../domain/suites/suite.ts'
import type { Verdict } from '../domain/verdict.ts'

export interface SubjectResult {
  readonly suite: SuiteId
  /** Of the group, with its suite where there are several suites. */
  readonly title: string
  readonly group: string
  readonly subject: Subject
  /** `error`: tried, but no sample counted. `skipped`: not tried. */
  readonly kind: 'passed' | 'failed' | 'error' | 'skipped'
  /** Sentences of the samples that are not successes, each once; for `skipped`, why. */
  readonly why: readonly string[]
  readonly attempts: number
  readonly successes: number
}

/** By suite and group, in the order of the verdict. */
export function subjectResults({
  suites,
  notCovered,
}: Pick<Verdict, 'suites' | 'notCovered'>): readonly SubjectResult[] {
  const all = resultsOf(suites)
  return all.flatMap((result) => {
    const title = (group: string): string => groupName({ suite: result.suite, group }, all.length > 1)
    const tried = triedOf(result).map((r) => ({ ...r, suite: result.suite, title: title(r.group) }))
    const known = new Set(tried.map(sampleKey))
    const skipped = notCovered.flatMap((n): readonly SubjectResult[] =>
      n.kind === 'subject' && n.suite === result.suite && !known.has(sampleKey(n))
        ? [
            {
              suite: result.suite,
              title: title(n.group),
              group: n.group,
              subject: n.subject,
              kind: 'skipped',
              why: [n.why],
              attempts: 0,
              successes: 0,
            },
          ]
        : [],
    )
    return [...new Set([...result.groups.map((g) => g.name), ...tried.map((r) => r.group)])].flatMap((name) =>
      [...tried, ...skipped].filter((r) => r.group === name),
    )
  })
}

const triedOf = ({ samples }: AnyResult): readonly Omit<SubjectResult, 'title' | 'suite'>[] =>
  [...Map.groupBy(samples, sampleKey).values()].flatMap(ofSamples)

function ofSamples(list: readonly Sample[]): readonly Omit<SubjectResult, 'title' | 'suite'>[] {
  const first = list[0]
  if (first === undefined) return []
  const successes = list.filter((s) => s.outcome === 'success' || s.recovered === true).length
  return [
    {
      group: first.group,
      subject: first.subject,
      attempts: list.length,
      successes,
      kind: list.some((s) => s.outcome === 'failed' && s.recovered !== true)
        ? 'failed'
        : successes > 0
          ? 'passed'
          : 'error',
      why: [...new Set(list.filter((s) => s.outcome !== 'success').map((s) => s.sentence))],
    },
  ]
}

/** `pairs`, `nodes`, or `subjects` where there are several kinds. */
export function nounOf(results: readonly SubjectResult[]): string {
  const kinds = new Set(results.map((r) => r.subject.kind))
  const [only] = kinds
  return kinds.size === 1 && only !== undefined ? `${only}s` : 'subjects'
}
