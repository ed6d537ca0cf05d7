/** Rounds of dials, and once more at their end what could not be seen for no fault of the program. */
import type { Pair, RoundEvidence } from '../domain/evidence.ts'
import { bootstrapsOf, peersOf } from '../domain/fleet.ts'
import { plannedPairs } from '../domain/suites/connectivity/coverage.ts'
import { retryRounds } from '../domain/suites/connectivity/retry.ts'
import { pairKey } from '../domain/suites/connectivity/timetable.ts'
import { toRepeat } from '../domain/suites/connectivity/unseen.ts'
import { resetWitnesses } from '../instruments/witness.ts'
import type { Bench } from './bench.ts'
import { runRounds, type KeepRound, type Rounds, type RoundsWish } from './rounds.ts'

export async function dialRounds(bench: Bench, wish: RoundsWish, rounds: Rounds, keep: KeepRound): Promise<void> {
  bench.world.log.info(`test: ${rounds.flat().length} attempts in ${rounds.length} rounds`)
  await repeatUnseen(bench, wish, await runRounds(bench, wish, rounds, keep), keep)
}

/** At a checkpoint: pairs that failed are tried once more, after everything else, so that they have cooled off. */
export async function retryPairs(
  bench: Bench,
  wish: RoundsWish,
  pairs: readonly Pair[],
  before: readonly RoundEvidence[],
  keep: KeepRound,
): Promise<void> {
  if (pairs.length === 0) return
  const attempts = before.flatMap((r) => r.attempts)
  const ends = new Set(attempts.flatMap(({ pair }) => [pair.from, pair.to]))
  const peers = bench.world.fleet.nodes.filter((n) => ends.has(n.name))
  const rounds = retryRounds(
    pairs,
    plannedPairs(peers, bench.measurements),
    peers.map((n) => n.name),
    bootstrapsOf(bench.world.fleet).map((n) => n.name),
    attempts,
  )
  bench.world.log.info(`test: ${pairs.length} pairs failed and are tried again in ${rounds.length} rounds`)
  await runRounds(bench, { ...wish, before, retry: true }, rounds, keep)
}

/**
 * What could not be seen for no fault of the program is tried again at the end, as far as both ends are fit to be
 * measured. Each repetition says which attempt it is of.
 */
async function repeatUnseen(
  bench: Bench,
  wish: RoundsWish,
  first: readonly RoundEvidence[],
  keep: KeepRound,
): Promise<void> {
  const { world } = bench
  const peers = peersOf(world.fleet).filter((n) => bench.nodes.includes(n.name))
  let all = first
  for (;;) {
    const wanted = toRepeat(all, bench.plan.profile.record.kind !== 'none')
    const ends = [...new Set(wanted.flatMap(({ pair }) => [pair.from, pair.to]))]
    const unfit = await resetWitnesses(world, ends)
    const again = wanted.filter(({ pair }) => !unfit.has(pair.from) && !unfit.has(pair.to))
    if (again.length === 0) return
    const rounds = retryRounds(
      again.map((a) => a.pair),
      plannedPairs(peers, bench.measurements),
      peers.map((n) => n.name),
      bootstrapsOf(world.fleet).map((n) => n.name),
      all.flatMap((r) => r.attempts),
    )
    world.log.info(`test: ${again.length} attempts could not be counted and are repeated in ${rounds.length} rounds`)
    const of = new Map(again.map((a) => [pairKey(a.pair), a.id]))
    all = [
      ...all,
      ...(await runRounds(bench, { ...wish, before: [...(wish.before ?? []), ...all], repeats: of }, rounds, keep)),
    ]
  }
}
