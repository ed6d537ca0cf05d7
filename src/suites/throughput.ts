/** Throughput in action: the bare link, the transfer while its arrivals are read, and the link again where it was slow. */
import { valueOf, type Pair, type RoundEvidence } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import { pairsToRetry } from '../domain/suites/connectivity/retry.ts'
import { pairKey } from '../domain/suites/connectivity/timetable.ts'
import { toRepeat } from '../domain/suites/connectivity/unseen.ts'
import { withPayload } from '../domain/suites/throughput/budget.ts'
import { throughputRounds } from '../domain/suites/throughput/rounds.ts'
import { isSlow } from '../domain/suites/throughput/sample.ts'
import {
  throughputSeries,
  type LinkLook,
  type ThroughputRound,
  type ThroughputWork,
} from '../domain/suites/throughput/work.ts'
import { askLink } from '../instruments/link.ts'
import { watchArrivals } from '../instruments/arrivals.ts'
import type { Bench, Runner, StoreItem } from './bench.ts'
import { dialForCapture } from './capture-dial.ts'
import { driverOf } from './drivers/drivers.ts'
import { runRounds, type RoundsWish } from './rounds.ts'

export const throughput: Runner<'throughput'> = {
  async run(bench, work, keep) {
    const rounds = throughputRounds(bench.world.fleet, bench.nodes, bench.measurements, work.only)
    bench.world.log.info(`test: throughput of ${rounds.flat().length} pairs in ${rounds.length} rounds`)
    const own = sending(bench, work)
    const before: ThroughputRound[] = []
    for (const round of rounds) await timed({ bench: own, work, before }, round, keep, {})
    for (let n = 0; n < 2; n++) {
      const again = toRepeat(before, bench.plan.profile.record.kind !== 'none')
      for (const a of again)
        await timed({ bench: own, work, before }, [a.pair], keep, { repeats: new Map([[pairKey(a.pair), a.id]]) })
    }
  },

  async again(bench, work, failed, before, keep) {
    const all = [...before]
    const own = sending(bench, work)
    for (const pair of pairsToRetry(failed))
      await timed({ bench: own, work, before: all }, [pair], keep, { retry: true })
  },

  /** A plain dial: the first packets of a transfer look the same whatever its length. */
  forCapture: dialForCapture,
}

/** The same program, told to send so much, in the words that its profile has for it. */
function sending(bench: Bench, work: ThroughputWork): Bench {
  const profile = withPayload(bench.plan.profile, work.bytes)
  const args = profile.throughput?.args ?? null
  return {
    ...bench,
    plan: { ...bench.plan, profile },
    ...(profile.dial.kind === 'commanded' && args !== null
      ? { driver: driverOf({ ...profile, dial: { ...profile.dial, args } }, bench.prober) }
      : {}),
  }
}

interface Timing {
  readonly bench: Bench
  readonly work: ThroughputWork
  /** Grows by each round. */
  readonly before: ThroughputRound[]
}

async function timed(
  { bench, work, before }: Timing,
  pairs: readonly Pair[],
  keep: StoreItem<'throughput'>,
  how: Pick<RoundsWish, 'retry' | 'repeats'>,
): Promise<void> {
  const { world } = bench
  const links = await looksAt(bench, work, pairs, pairs, 'before')
  const seen = new Map<string, ThroughputRound['arrivals'][string]>()
  const wish: RoundsWish = {
    cooloffSeconds: work.cooloffSeconds,
    timeoutSeconds: work.timeoutSeconds,
    series: throughputSeries,
    before,
    ...how,
    during: async () => {
      const watched = await Promise.all(
        pairs.map(async ({ to }) => {
          const port = bench.subjects.ports.get(to) ?? bench.plan.profile.servicePort
          return { to, watch: await watchArrivals(world, to, port, work.timeoutSeconds + 40) }
        }),
      )
      return async () => {
        for (const { to, watch } of watched) seen.set(to, await watch.end())
      }
    },
  }
  await runRounds(bench, wish, [pairs], async (round: RoundEvidence) => {
    const arrivals = Object.fromEntries(seen)
    const slow = round.attempts.filter((a) => isSlow(a, { arrivals }, work.minMbps)).map((a) => a.pair)
    const item: ThroughputRound = {
      ...round,
      arrivals,
      links: [...links, ...(await looksAt(bench, work, slow, pairs, 'after'))],
    }
    before.push(item)
    await keep(item)
  })
}

/** All of a round at once, as its transfers are. */
async function looksAt(
  { world, nodes, prober, measurements }: Bench,
  { linkBytes, minMbps }: ThroughputWork,
  pairs: readonly Pair[],
  round: readonly Pair[],
  when: LinkLook['when'],
): Promise<readonly LinkLook[]> {
  const open = measurements.filter((m) => m.mapping === 'none' && m.filtering === 'EIF').map((m) => m.node)
  const isOpen = (node: NodeName): boolean => open.includes(node)
  const busy = new Set(round.flatMap((p) => [p.from, p.to]))
  const looks = await Promise.all(
    pairs.map(async (pair): Promise<LinkLook> => {
      const legs = await askLink(world, pair, { prober, nodes, isOpen, busy, bytes: linkBytes, kbps: minMbps * 2000 })
      return { pair, when, legs }
    }),
  )
  for (const { pair, legs } of looks)
    for (const leg of legs)
      if (valueOf(leg.drained) === null)
        world.log.warn(`${pairKey(pair)}: what the link ${leg.from} → ${leg.to} carries was not seen`)
  return looks
}
