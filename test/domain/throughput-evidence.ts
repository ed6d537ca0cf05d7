/** Pairs whose transfers are fast over links that carry enough, as lines of evidence; the first is as it is given. */
import * as z from 'zod'
import { notRead, thereIs, type Pair } from '../../src/domain/evidence.ts'
import { type Arrival } from '../../src/domain/suites/throughput/rate.ts'
import { throughputPairs, throughputRounds } from '../../src/domain/suites/throughput/rounds.ts'
import type { LinkLook, ThroughputRound, ThroughputWork } from '../../src/domain/suites/throughput/work.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import {
  attemptOf,
  countersAt,
  measurements,
  nineNodes,
  peers,
  roundsOf,
  run,
  together,
  type Happening,
  type Tried,
} from './fixtures.ts'
import { passingOf } from './passing.ts'

export const work: ThroughputWork = {
  minMbps: 10,
  bytes: 70_000,
  linkBytes: 5_000_000,
  sampleFloor: 10,
  coverage: 80,
  cooloffSeconds: 3,
  timeoutSeconds: 20,
}
const there = peers.map((n) => n.name)

export const Transfer = z.strictObject({
  mbps: z.number().default(20),
  link: z.tuple([z.number().nullable(), z.number().nullable()]).default([30, null]),
  path: z.enum(['none', 'relayed', 'end-to-end']).optional(),
  claims: z.enum(['direct', 'failure']).optional(),
  record: z.enum(['wrong-hash', 'missing']).optional(),
  counters: z.enum(['null']).optional(),
  arrivals: z.enum(['not-read']).optional(),
  readings: z.int().default(40),
  padding: z.number().default(0),
  /** What did not pass before, between the first pair. */
  passing: z.enum(['nothing', 'no fragments', 'no fragments back', 'no service port']).optional(),
})
export type Transfer = z.output<typeof Transfer>
/** Evenly at the given rate, from the reading before it on; what pads it comes at the end, all at once. */
function arrivalsOf(total: number, { mbps, readings, padding }: Transfer): readonly Arrival[] {
  const [own, extra] = [total / (1 + padding), (total / (1 + padding)) * padding]
  const ms = (own * 8) / 1000 / mbps
  return [
    { fromMs: 1000, toMs: 1000, bytes: 0 },
    ...Array.from({ length: readings }, (_, i) => {
      const at = 1000 + (ms * (i + 1)) / readings
      return { fromMs: at, toMs: at, bytes: Math.floor((own * (i + 1)) / readings) }
    }),
    { fromMs: 1000 + ms + 1, toMs: 1000 + ms + 1, bytes: Math.floor(own + extra) },
    { fromMs: 1000 + ms + 100, toMs: 1000 + ms + 100, bytes: Math.floor(own + extra) },
  ]
}

const lookOf = (pair: Pair, when: LinkLook['when'], carried: number | null): LinkLook => ({
  pair,
  when,
  legs: [
    {
      ...pair,
      pouredBytes: thereIs(5_000_000),
      drained:
        carried === null
          ? notRead('exit 255')
          : thereIs({ packets: carried === 0 ? 0 : 1000, bytes: (carried * 1_000_000) / 8, micros: 1_000_000 }),
    },
  ],
})

const arrived = (tried: Tried): number =>
  countersAt(tried, tried.pair.to)
    .in.filter((f) => f.localPort === tried.servicePort)
    .reduce((n, f) => n + f.bytes, 0)

/** The first pair of the plan is as given, the others are fast. */
export function transfersOf(first: Transfer): readonly ThroughputRound[] {
  return throughputRounds(nineNodes, there, measurements).flatMap((round, r) => {
    const given = round.map((_, i) => (r === 0 && i === 0 ? first : Transfer.parse({})))
    const tried = together(
      round.map((pair, i) => {
        const { path, claims, record, counters } = given[i] ?? first
        const relayed = throughputPairs(peers, measurements).all.find(
          (p) => p.pair.from === pair.from && p.pair.to === pair.to && p.oracle.expected === 'relayed',
        )
        const happening: Happening = {
          ...(relayed === undefined ? {} : { path: 'relayed' }),
          ...(path === undefined ? {} : { path }),
          ...(claims === undefined ? {} : { claims }),
          ...(record === undefined ? {} : { record }),
          ...(counters === undefined ? {} : { counters }),
        }
        return attemptOf(pair, { round: r + 1, repetition: 1 }, measurements, happening)
      }),
    )
    return roundsOf(tried).map((evidence) => ({
      ...evidence,
      arrivals: Object.fromEntries(
        tried.map((t, i) => [
          t.pair.to,
          given[i]?.arrivals === 'not-read'
            ? notRead('the SSH channel closed')
            : thereIs(arrivalsOf(arrived(t) * (1 + (given[i]?.padding ?? 0)), given[i] ?? first)),
        ]),
      ),
      links: round.flatMap((pair, i) => {
        const [before, after] = given[i]?.link ?? [null, null]
        return [lookOf(pair, 'before', before), lookOf(pair, 'after', after)]
      }),
    }))
  })
}

export function throughputRun(items: readonly ThroughputRound[], passing?: Transfer['passing']): VerdictInput {
  const part = { suite: 'throughput', work, attempts: 0, seconds: 0, detail: '', thresholds: '' }
  const [pair] = throughputRounds(nineNodes, there, measurements)[0] ?? []
  const asked = passing === undefined || pair === undefined ? {} : passingOf({ [`${pair.from}→${pair.to}`]: passing })
  return { ...run(), ...asked, suites: [part as never], items: { throughput: items } }
}
