/**
 * Rounds of dials in action: each with the dialler's claim, the receiver's own record and the kernel's counters.
 */
import type { Watched } from '../commands/processes.ts'
import type { Pair, RoundEvidence } from '../domain/evidence.ts'
import { bootstrapsOf, type NodeName } from '../domain/fleet.ts'
import type { ConnectivityWork } from '../domain/suites/connectivity/config.ts'
import { lastMeetings, waitBefore } from '../domain/suites/connectivity/cooloff.ts'
import type { Series } from '../domain/suites/connectivity/series.ts'
import { pairKey } from '../domain/suites/connectivity/timetable.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { readBox, readNode, resetWitnesses } from '../instruments/witness.ts'
import type { Execution } from '../ports.ts'
import { complete, countTry, dialOnce, notDialled, PortPool, prepare, recordCommand } from './attempt.ts'
import type { Bench } from './bench.ts'
import { readingOf } from './node-reading.ts'

export type Rounds = readonly (readonly Pair[])[]
export type KeepRound = (round: RoundEvidence) => Promise<void>

export interface RoundsWish extends Pick<ConnectivityWork, 'cooloffSeconds' | 'timeoutSeconds'> {
  readonly series: Series
  /** The local port that a pair has already; undefined: a fresh one. */
  readonly portOf?: (pair: Pair) => number | undefined
  /** Rounds of the same series and test: numbers, tries, ports and rests go on from there. */
  readonly before?: readonly RoundEvidence[]
  /** These are retries of attempts of a checkpoint's test. */
  readonly retry?: boolean
  /** What is repeated of each pair. */
  readonly repeats?: ReadonlyMap<string, string> | null
  /** Begins beside the dials of each round, and is ended before anything is read. */
  readonly during?: (pairs: readonly Pair[]) => Promise<() => Promise<void>>
}

/**
 * Runs the timetable round by round and hands over each as soon as it is known. A pair with an end whose witness cannot
 * be made is not dialled: nothing could come of it but blame.
 */
export async function runRounds(
  bench: Bench,
  { cooloffSeconds, timeoutSeconds, series, portOf, before = [], retry = false, repeats = null, during }: RoundsWish,
  planned: Rounds,
  keep: KeepRound,
): Promise<readonly RoundEvidence[]> {
  const { world } = bench
  const rounds = bench.driver.rounds(planned)
  const earlier = before.flatMap((r) => r.attempts)
  const names = [...new Set([...earlier.map((a) => a.pair), ...rounds.flat()].flatMap((p) => [p.from, p.to]))]
  const last = Math.max(0, ...before.map((r) => r.round))
  // Whoever can relay is read, also where it is no end of any pair of these rounds.
  const relays = bootstrapsOf(world.fleet)
    .map((n) => n.name)
    .filter((n) => bench.nodes.includes(n))
  const used = new PortPool(bench.seed, earlier, series)
  const tries = new Map<string, number>()
  earlier.forEach((a) => countTry(tries, a.pair))
  const all: RoundEvidence[] = []
  const kind = repeats !== null ? 'repeated round' : retry ? 'retry round' : 'round'
  let blind = await witnessesOn(bench, [...new Set([...names, ...relays])])
  for (const [index, pairs] of rounds.entries()) {
    const met = lastMeetings([...earlier, ...all.flatMap((r) => r.attempts)])
    await coolOff(world, waitBefore(pairs, met, world.clock.now(), cooloffSeconds * 1000))
    const began = world.clock.now()
    const round = last + index + 1
    const starts = pairs.map((pair) => ({
      ...prepare(bench, pair, round, countTry(tries, pair), used, portOf?.(pair)),
      ...(repeats === null ? {} : { repeats: repeats.get(pairKey(pair)) ?? '' }),
    }))
    if (blind.size > 0) blind = await witnessesOn(bench, [...blind.keys()])
    const ended = await during?.(pairs)
    const dialled = await Promise.all(
      starts.map(async (start) => notDialled(world, start, blind) ?? dialOnce(bench, timeoutSeconds, start)),
    )
    await ended?.()
    const concerned = [...new Set([...pairs.flatMap((p) => [p.from, p.to]), ...relays])]
    const [looks, boxes] = await Promise.all([
      onEachNode(concerned, world.signal, (name) =>
        readNode(world, name, recordCommand(bench, name, dialled), watchedOn(bench, name)),
      ),
      onEachNode(concerned, world.signal, (name) => readBox(world, name)),
    ])
    const whole: RoundEvidence = {
      pass: bench.test,
      round,
      ...(retry ? { retry } : {}),
      attempts: await Promise.all(dialled.map((attempt) => complete(bench, attempt, dialled, looks))),
      readings: Object.fromEntries(concerned.map((name) => [name, readingOf(name, looks, boxes)])),
    }
    all.push(whole)
    await keep(whole)
    const lost = concerned.filter((n) => whole.readings[n]?.counters.kind !== 'there')
    blind = new Map([...blind, ...lost.map((n) => [n, 'its table was gone'] as const)])
    world.log.progress(
      'rounds',
      `${kind} ${index + 1}/${rounds.length}: ${dialled.filter((d) => d.claim.success === true).length}/${pairs.length} claimed, ${((world.clock.now() - began) / 1000).toFixed(1)} s`,
    )
  }
  return all
}

/** Makes the witness (again) on these; answers those where that fails, and why. */
async function witnessesOn({ world }: Bench, nodes: readonly NodeName[]): Promise<ReadonlyMap<NodeName, string>> {
  const trouble = await resetWitnesses(world, nodes)
  trouble.forEach((text, node) => world.log.warn(`${node}: no packet witness: ${text}`))
  return trouble
}

/** No round asks the registry, whose unit is another. */
const watchedOn = ({ plan, subjects }: Bench, name: NodeName): Watched => ({
  unit: plan.config.deploy.serviceName,
  port: subjects.ports.get(name) ?? plan.profile.servicePort,
})

/** A timer may end a moment early by the clock that dates the attempts. */
const timerSlackMs = 5

async function coolOff(world: Execution, waitMs: number): Promise<void> {
  if (waitMs <= 0) return
  world.log.progress('rounds', `waiting ${(waitMs / 1000).toFixed(1)} s: the next peers met not long enough ago`)
  await world.clock.sleep(waitMs + timerSlackMs, world.signal)
}
