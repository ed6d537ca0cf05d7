/** At a checkpoint, pairs that failed are tried again: which, and in what order (spec §4, WAIT_1HR). */
import { relayPairsOf, type PlannedPair } from './coverage.ts'
import type { Attempt, Pair } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { Judgement } from './judge.ts'
import { pairKey, peersKey, timetable, type Round } from './timetable.ts'

/** Pairs with an attempt that failed, each once. */
export const pairsToRetry = (judgements: readonly Pick<Judgement, 'outcome' | 'subject'>[]): readonly Pair[] => [
  ...new Map(
    judgements.filter((j) => j.outcome === 'failed').map(({ subject: { pair } }) => [pairKey(pair), pair]),
  ).values(),
]

/**
 * One try of each pair; the two peers that met longest ago come first, so that everybody cools off as long as can be.
 */
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
