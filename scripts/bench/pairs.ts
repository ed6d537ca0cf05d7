/** Which pairs are dialled: all of them once, or so few rounds of the same timetable that twelve pairs are left. */
import { plannedPairs, relayPairsOf } from '../../src/domain/suites/connectivity/coverage.ts'
import type { Pair } from '../../src/domain/evidence.ts'
import { bootstrapsOf, peersOf } from '../../src/domain/fleet.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { timetable, type Round } from '../../src/domain/suites/connectivity/timetable.ts'

/**
 * TEST repeats rare classes up to its sample floor; here every ordered pair has one attempt, so that both sides do the
 * same work.
 */
export function roundsOf(plan: Plan): readonly Round[] {
  const peers = peersOf(plan.fleet)
  return timetable({
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(plannedPairs(peers, [])),
    relayNodes: bootstrapsOf(plan.fleet).map((n) => n.name),
  })
}

/** The fullest rounds, evenly apart, cut off at `most` pairs. */
export function fewRounds(rounds: readonly Round[], most: number): readonly Round[] {
  const full = rounds.filter((r) => r.length === Math.max(...rounds.map((q) => q.length)))
  const wanted = Math.max(1, Math.floor(most / (full[0]?.length ?? 1)))
  return Array.from({ length: wanted }, (_, i) => full[Math.floor((i * full.length) / wanted)] ?? [])
}

/** The order of two nested loops over the nodes. */
export const nested = (rounds: readonly Round[], plan: Plan): readonly Pair[] => {
  const place = new Map(plan.fleet.nodes.map((n, i) => [n.name, i]))
  const at = (p: Pair): number => (place.get(p.from) ?? 0) * 1000 + (place.get(p.to) ?? 0)
  return rounds.flat().toSorted((a, b) => at(a) - at(b))
}
