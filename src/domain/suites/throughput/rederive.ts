/** What rounds of transfers say twice: those of every suite of dials, and readings of a counter that only grows. */
import { valueOf } from '../../evidence.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { rederiveRounds } from '../connectivity/rederive.ts'
import { withPayload } from './budget.ts'
import type { Arrival } from './rate.ts'
import { throughputRounds } from './rounds.ts'
import { throughputSeries, type ThroughputRound, type ThroughputWork } from './work.ts'

export function rederiveThroughput(on: RederiveContext, work: ThroughputWork): Rederivation<ThroughputRound> {
  const rounds = rederiveRounds(
    { ...on, profile: withPayload(on.profile, work.bytes) },
    throughputRounds(on.fleet, on.there, on.measurements, work.only),
    throughputSeries,
  )
  return {
    add: (line) => [
      ...rounds.add(line),
      ...Object.entries(line.arrivals).flatMap(([node, read]) =>
        arrivalFaults(valueOf(read) ?? [], arrivedInAll(line, node)).map(
          (f) => `round ${line.round}: arrivals at ${node}: ${f}`,
        ),
      ),
      ...line.links.flatMap(({ pair, legs }) =>
        legs.flatMap(({ pouredBytes, drained }) =>
          (valueOf(drained)?.bytes ?? 0) > (valueOf(pouredBytes) ?? Infinity)
            ? [`round ${line.round}: more came over the link ${pair.from} → ${pair.to} than was sent`]
            : [],
        ),
      ),
    ],
    end: () => rounds.end(),
  }
}

/** By the counters at the end of the round, which were the same ones; null: not read. */
function arrivedInAll({ readings, attempts }: ThroughputRound, node: string): number | null {
  const counters = Object.hasOwn(readings, node) ? valueOf(readings[node]?.counters) : null
  const port = attempts.find((a) => a.pair.to === node)?.servicePort
  return counters === null ? null : counters.in.filter((f) => f.localPort === port).reduce((n, f) => n + f.bytes, 0)
}

function arrivalFaults(arrivals: readonly Arrival[], inAll: number | null): readonly string[] {
  const odd = arrivals.some((a, i) => {
    const before = arrivals[i - 1]
    return a.toMs < a.fromMs || (before !== undefined && (a.fromMs < before.toMs || a.bytes < before.bytes))
  })
  const last = arrivals.at(-1)?.bytes ?? 0
  return [
    ...(odd ? ['a counter or a clock went back'] : []),
    ...(inAll !== null && last > inAll ? [`${last} bytes, and ${inAll} in the counters after it`] : []),
  ]
}
