/**
 * Connectivity in action: rounds of dials, each with the dialler's claim, the receiver's own record and the kernel's
 * counters.
 */
import type { Attempt, Pair } from '../domain/evidence.ts'
import { bootstrapsOf, peersOf } from '../domain/fleet.ts'
import type { ConnectivityWork } from '../domain/suites/connectivity/config.ts'
import { lastMeetings, waitBefore } from '../domain/suites/connectivity/cooloff.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from '../domain/suites/connectivity/coverage.ts'
import { pairsToRetry, retryRounds } from '../domain/suites/connectivity/retry.ts'
import { timetable } from '../domain/suites/connectivity/timetable.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { readBox, readNode, resetWitnesses } from '../instruments/witness.ts'
import type { Execution } from '../ports.ts'
import { complete, countTry, dialOnce, PortPool, prepare, recordCommand } from './attempt.ts'
import type { Bench, StoreItem, Runner } from './bench.ts'

type Rounds = readonly (readonly Pair[])[]

export const connectivity: Runner<'connectivity'> = {
  /** What is dialled follows from what the NATs were measured to be. */
  async run(bench, work, keep) {
    const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name))
    const pairs = plannedPairs(peers, bench.measurements)
    const rounds = timetable({
      peers: peers.map((n) => n.name),
      relayPairs: relayPairsOf(pairs),
      relayNodes: bootstrapsOf(bench.world.fleet).map((n) => n.name),
      repetitions: repetitionsFor(pairs, work.targets.sampleFloor),
    })
    bench.world.log.info(`test: ${rounds.flat().length} attempts in ${rounds.length} rounds`)
    await runRounds(bench, work, rounds, keep)
  },

  /** Pairs that failed are tried once more, after everything else, so that they have cooled off (spec §4, WAIT_1HR). */
  async again(bench, work, failed, before, keep) {
    const pairs = pairsToRetry(failed)
    if (pairs.length === 0) return
    const ends = new Set(before.flatMap(({ pair }) => [pair.from, pair.to]))
    const peers = bench.world.fleet.nodes.filter((n) => ends.has(n.name))
    const rounds = retryRounds(
      pairs,
      plannedPairs(peers, bench.measurements),
      peers.map((n) => n.name),
      bootstrapsOf(bench.world.fleet).map((n) => n.name),
      before,
    )
    bench.world.log.info(`test: ${pairs.length} pairs failed and are tried again in ${rounds.length} rounds`)
    await runRounds(bench, work, rounds, keep, before)
  },
}

/**
 * Runs the timetable round by round and hands over each attempt as soon as it is known. `before`: attempts of the same
 * test; these are then retries of some of them.
 */
export async function runRounds(
  bench: Bench,
  { cooloffSeconds, timeoutSeconds }: Pick<ConnectivityWork, 'cooloffSeconds' | 'timeoutSeconds'>,
  planned: Rounds,
  keep: StoreItem<'connectivity'>,
  before: readonly Attempt[] = [],
): Promise<readonly Attempt[]> {
  const { world } = bench
  const rounds = bench.driver.rounds(planned)
  // Whoever could relay then can relay now: their counters are read in retries too.
  const names = [...new Set([...before.map((a) => a.pair), ...rounds.flat()].flatMap((p) => [p.from, p.to]))]
  const earlier = Math.max(0, ...before.map((a) => a.round))
  const relays = bootstrapsOf(world.fleet)
    .map((n) => n.name)
    .filter((n) => names.includes(n))
  const used = new PortPool(world, before)
  const tries = new Map<string, number>()
  before.forEach((a) => countTry(tries, a.pair))
  const all: Attempt[] = []
  const trouble = await resetWitnesses(world, names)
  trouble.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`))
  for (const [index, round] of rounds.entries()) {
    await coolOff(world, waitBefore(round, lastMeetings([...before, ...all]), world.clock.now(), cooloffSeconds * 1000))
    const began = world.clock.now()
    const starts = round.map((pair) => prepare(bench, pair, earlier + index + 1, countTry(tries, pair), used))
    const dialled = await Promise.all(starts.map(async (start) => dialOnce(bench, timeoutSeconds, start)))
    const concerned = [...new Set([...round.flatMap((p) => [p.from, p.to]), ...relays])]
    const [readings, boxes] = await Promise.all([
      onEachNode(concerned, world.signal, (name) => readNode(world, name, recordCommand(bench, name, dialled))),
      onEachNode(concerned, world.signal, (name) => readBox(world, name)),
    ])
    for (const attempt of dialled) {
      const whole: Attempt = {
        ...(await complete(bench, attempt, readings.done, boxes.done, relays)),
        ...(before.length === 0 ? {} : { retry: true }),
      }
      all.push(whole)
      await keep(whole)
    }
    world.log.progress(
      'rounds',
      `${before.length === 0 ? 'round' : 'retry round'} ${index + 1}/${rounds.length}: ${dialled.filter((d) => d.claim.success === true).length}/${round.length} claimed, ${((world.clock.now() - began) / 1000).toFixed(1)} s`,
    )
  }
  return all
}

/** A timer may end a moment early by the clock that dates the attempts. */
const timerSlackMs = 5

async function coolOff(world: Execution, waitMs: number): Promise<void> {
  if (waitMs <= 0) return
  world.log.progress('rounds', `waiting ${(waitMs / 1000).toFixed(1)} s: the next peers met not long enough ago`)
  await world.clock.sleep(waitMs + timerSlackMs, world.signal)
}
