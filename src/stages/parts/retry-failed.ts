/** A checkpoint's second look: pairs that failed are tried once more, after everything else, so that they have cooled off (spec §4, WAIT_1HR). */
import { verdictInputOf, type Bundle } from '../../domain/bundle.ts'
import { plannedPairs } from '../../domain/suites/connectivity/coverage.ts'
import type { Attempt } from '../../domain/evidence.ts'
import { bootstrapsOf } from '../../domain/fleet.ts'
import { pairsToRetry, retryRounds } from '../../domain/suites/connectivity/retry.ts'
import { verdict } from '../../domain/verdict.ts'
import type { World } from '../../ports.ts'
import { runRounds, type Subjects } from '../../suites/connectivity.ts'

/** `known`: the evidence so far; what it is judged to be decides what is tried again. */
export async function retryFailed(
  world: World,
  known: Bundle,
  subjects: Subjects,
  keep: (a: Attempt) => Promise<void>,
): Promise<readonly Attempt[]> {
  const before = known.items.connectivity ?? []
  const again = pairsToRetry(verdict(verdictInputOf(known)).suites.connectivity?.samples ?? [])
  if (again.length === 0) return []
  const ends = new Set(before.flatMap(({ pair }) => [pair.from, pair.to]))
  const peers = world.fleet.nodes.filter((n) => ends.has(n.name))
  const rounds = retryRounds(
    again,
    plannedPairs(peers, known.measurements),
    peers.map((n) => n.name),
    bootstrapsOf(world.fleet).map((n) => n.name),
    before,
  )
  world.log.info(`test: ${again.length} pairs failed and are tried again in ${rounds.length} rounds`)
  return runRounds(world, known.plan, subjects, rounds, known.facts.test, keep, before)
}
