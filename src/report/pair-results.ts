/** What each ordered pair came to, over all its attempts: the test cases that other tools count. */
import type { Pair } from '../domain/evidence.ts'
import type { Judgement } from '../domain/suites/connectivity/judge.ts'
import { pairClasses, type PairClass } from '../domain/suites/connectivity/oracle.ts'
import { pairKey } from '../domain/suites/connectivity/timetable.ts'
import type { Verdict } from '../domain/verdict.ts'

export interface PairResult {
  readonly pair: Pair
  readonly pairClass: PairClass
  /** `error`: tried, but no attempt counted. `skipped`: not tried. */
  readonly kind: 'passed' | 'failed' | 'error' | 'skipped'
  /** Sentences of the attempts that are not successes, each once; for `skipped`, why. */
  readonly why: readonly string[]
  readonly attempts: number
  readonly successes: number
}

export const pairName = ({ from, to }: Pair): string => `${from} → ${to}`

export function pairResults(verdict: Pick<Verdict, 'attempts' | 'notCovered'>): readonly PairResult[] {
  const tried = [...Map.groupBy(verdict.attempts, (j) => pairKey(j.pair)).values()].flatMap(ofAttempts)
  const known = new Set(tried.map((r) => pairKey(r.pair)))
  const skipped = verdict.notCovered.flatMap((n): readonly PairResult[] =>
    n.kind === 'pair' && !known.has(pairKey(n.pair))
      ? [{ pair: n.pair, pairClass: n.pairClass, kind: 'skipped', why: [n.why], attempts: 0, successes: 0 }]
      : [],
  )
  const all = [...tried, ...skipped]
  return pairClasses.flatMap((c) => all.filter((r) => r.pairClass === c))
}

function ofAttempts(list: readonly Judgement[]): readonly PairResult[] {
  const first = list[0]
  if (first === undefined) return []
  const successes = list.filter((j) => j.outcome === 'success' || j.recovered === true).length
  return [
    {
      pair: first.pair,
      pairClass: first.pairClass,
      attempts: list.length,
      successes,
      kind: list.some((j) => j.outcome === 'failed' && j.recovered !== true)
        ? 'failed'
        : successes > 0
          ? 'passed'
          : 'error',
      why: [...new Set(list.filter((j) => j.outcome !== 'success').map((j) => j.sentence))],
    },
  ]
}
