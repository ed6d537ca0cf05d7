/** At a checkpoint, pairs that failed are tried again: which, in what order, and what that does to the attempts that failed (spec §4, WAIT_1HR). */
import { relayPairsOf, type PlannedPair } from './coverage.ts'
import type { Reason } from '../../criteria.ts'
import type { Attempt, Pair } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import { counts, type Judgement } from './judge.ts'
import { pairKey, peersKey, timetable, type Round } from './timetable.ts'

export const isRetry = (a: Attempt): boolean => a.retry === true

/** Pairs with an attempt that failed, each once. */
export const pairsToRetry = (judgements: readonly Judgement[]): readonly Pair[] => [
  ...new Map(judgements.filter((j) => j.outcome === 'failed').map((j) => [pairKey(j.pair), j.pair])).values(),
]

/** One try of each pair; the two peers that met longest ago come first, so that everybody cools off as long as can be. */
export function retryRounds(
  again: readonly Pair[],
  planned: readonly PlannedPair[],
  peers: readonly NodeName[],
  relayNodes: readonly NodeName[],
  before: readonly Attempt[],
): readonly Round[] {
  const wanted = new Set(again.map(pairKey))
  const rounds = timetable({
    peers,
    relayPairs: relayPairsOf(planned),
    relayNodes,
    repetitions: new Map(planned.map(({ pair }) => [pairKey(pair), wanted.has(pairKey(pair)) ? 1 : 0])),
  })
  const met = new Map<string, number>()
  for (const a of before) met.set(peersKey(a.pair), Math.max(met.get(peersKey(a.pair)) ?? -Infinity, a.endedAt))
  const last = (round: Round): number => Math.max(...round.map((pair) => met.get(peersKey(pair)) ?? -Infinity))
  return rounds.toSorted((a, b) => (last(a) < last(b) ? -1 : last(a) > last(b) ? 1 : 0))
}

export interface Retried {
  /** The attempts of the test proper; a failed one may be marked recovered. */
  readonly judgements: readonly Judgement[]
  readonly retries: readonly Judgement[]
  readonly strays: readonly Reason[]
}

/** `allowed`: only a checkpoint's test has retries. Elsewhere, and for a pair that needed none, the mark could hide a failure: such a test cannot pass. */
export function applyRetries(judged: readonly Judgement[], attempts: readonly Attempt[], allowed: boolean): Retried {
  const byId = new Map(attempts.map((a) => [a.id, a]))
  const marked = (j: Judgement): boolean => {
    const a = byId.get(j.id)
    return a !== undefined && isRetry(a)
  }
  const [first, again] = [judged.filter((j) => !marked(j)), judged.filter(marked)]
  const whole = new Set(
    [...Map.groupBy(judged, (j) => pairKey(j.pair))]
      .filter(([, list]) => list.every((j) => marked(j) || j.outcome === 'success'))
      .map(([key]) => key),
  )
  const stray = (j: Judgement): boolean => !allowed || whole.has(pairKey(j.pair))
  const retries = again.filter((j) => !stray(j))
  return {
    judgements: first.map((j) =>
      recovers(j, retries, byId) ? { ...j, recovered: true, sentence: `${j.sentence}; recovered on retry` } : j,
    ),
    retries,
    strays: again.filter(stray).map((j) => ({
      kind: 'inconclusive',
      text: `attempt ${j.id} is marked as a retry, but ${allowed ? 'no attempt of its pair had failed' : 'this test is no checkpoint'}`,
    })),
  }
}

/** Later, witnessed, and no other retry of the pair failed. */
function recovers(j: Judgement, retries: readonly Judgement[], byId: ReadonlyMap<string, Attempt>): boolean {
  if (j.outcome !== 'failed') return false
  const again = retries.filter((r) => pairKey(r.pair) === pairKey(j.pair) && counts(r))
  const failedAt = byId.get(j.id)?.endedAt ?? Infinity
  return (
    again.length > 0 &&
    again.every((r) => r.outcome === 'success' && (byId.get(r.id)?.startedAt ?? -Infinity) >= failedAt)
  )
}
