/** Throughput before anything acts: a payload of some megabytes for each sampled pair, timed by the receiver's kernel. */
import { peersOf } from '../../fleet.ts'
import { clocksOf } from '../../node-clock.ts'
import type { NotCovered } from '../../not-covered.ts'
import type { Profile } from '../../profile.ts'
import { bestGrade, gradeWords, promisesOf } from '../../promises.ts'
import { between, every, fields, list, name, number, oneOf, record } from '../../shape.ts'
import { atOnce } from '../at-once.ts'
import { uncoveredPairs } from '../connectivity/coverage.ts'
import { onlyShape, readOf, roundShape } from '../connectivity/evidence-shape.ts'
import { foreignReasons } from '../connectivity/foreign.ts'
import { judgeRounds } from '../connectivity/judge-rounds.ts'
import { connectivity } from '../connectivity/suite.ts'
import { pairKey } from '../connectivity/timetable.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import { targetsFor } from '../selection.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import { budgetOf } from './budget.ts'
import type { Arrival } from './rate.ts'
import { rederiveThroughput } from './rederive.ts'
import { throughputPairs, throughputRounds } from './rounds.ts'
import { rateGroup, throughputSample } from './sample.ts'
import type { LinkLeg, LinkLook, ThroughputRound, ThroughputWork } from './work.ts'

export const throughput: Suite<'throughput'> = {
  title: 'throughput',
  unable,
  plan,
  item: roundOf,
  work: every<ThroughputWork>({
    minMbps: between(0, 1e6),
    bytes: between(1, 1e9),
    linkBytes: between(1, 1e10),
    sampleFloor: between(1, 10_000),
    coverage: between(0, 100),
    cooloffSeconds: number,
    timeoutSeconds: number,
    only: onlyShape,
  }),
  rederive: rederiveThroughput,
  clocks: clocksOf,
  judge: atOnce(judge),
}

const count = between(0, 1e15)
const leg = every<LinkLeg>({
  from: name,
  to: name,
  pouredBytes: readOf(count),
  drained: readOf(fields({ packets: count, bytes: count, micros: count })),
})
const own = every<Pick<ThroughputRound, 'arrivals' | 'links'>>({
  arrivals: record(readOf(list(every<Arrival>({ fromMs: count, toMs: count, bytes: count }), 20_000))),
  links: list(
    every<LinkLook>({ pair: fields({ from: name, to: name }), when: oneOf('before', 'after'), legs: list(leg, 10) }),
    1000,
  ),
})
const ownless = { arrivals: null, links: null }
/** A round of connectivity, and two fields more. */
function roundOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return ' is no round'
  const { arrivals, links, ...round } = { ...ownless, ...value }
  return own({ arrivals, links }) ?? roundShape(round)
}

function unable(profile: Profile): string | null {
  const why = connectivity.unable(profile)
  if (why !== null) return why
  if (profile.throughput === null)
    return `the profile ${profile.name} has no block throughput, which says how much one transfer may have`
  return profile.payload.kind === 'opaque'
    ? `${profile.name} sends what it likes, so that nobody knows how much should arrive`
    : null
}

/** Readings, dial and link beside the bytes themselves, measured on the lab. */
const roundSeconds = 9

function plan({ config, profile, fleet, nodes, byFocus, only }: Planning): ReturnType<Suite<'throughput'>['plan']> {
  const { connectivity: dials } = config.tests
  const { enabled, minMbps, testSizeMb } = config.tests.throughput
  if (!byFocus && !enabled) return null
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const { pairs, all, natCells } = throughputPairs(peers, [], only)
  const rounds = throughputRounds(
    fleet,
    nodes.map((n) => n.name),
    [],
    only,
  )
  const budget = budgetOf({ minMbps, testSizeMb }, profile, pairs.length)
  const transfer = (budget.bytes * 8) / 1_000_000 / minMbps
  const best = bestGrade(promisesOf(profile))
  const size = `${budget.bytes / 1_000_000} MB each${budget.shortened === null ? '' : ` (${testSizeMb} are asked for: ${budget.shortened})`}`
  return {
    work: {
      minMbps: minMbps,
      bytes: budget.bytes,
      linkBytes: budget.linkBytes,
      sampleFloor: Math.max(1, Math.min(dials.criteria.sampleFloor, pairs.length)),
      coverage: targetsFor(dials.criteria, only).coverage,
      cooloffSeconds: dials.cooloffSeconds,
      // Twice what the rate that is asked for takes: what is slower than that is slow enough.
      timeoutSeconds: Math.ceil(transfer * 2 + 15),
      ...(only === undefined ? {} : { only }),
    },
    attempts: rounds.flat().length,
    seconds: Math.ceil(rounds.length * (roundSeconds + transfer)),
    detail: `throughput: ${pairs.length} of ${all.length} pairs${only === undefined ? `, every node both ways and ${natCells} of ${natCells} NAT × NAT` : ''}, ${size}: ${Math.ceil(budget.payloadBytes / 1_000_000)} MB of payload and at most ${Math.ceil(budget.ownBytes / 1_000_000)} MB of our own over the bare links; grade ${best} at best (${gradeWords[best]})`,
    thresholds: `throughput: every pair at least ${minMbps} Mbit/s`,
  }
}

function judge(rounds: readonly ThroughputRound[], work: ThroughputWork, run: RunContext): Judged<'throughput'> {
  const { pairs, all, natCells } = throughputPairs(run.peers, run.measurements, work.only)
  // Of a transfer only its rate fails here: what keeps it from one is asked once that is known.
  const { judged, attempts, strays, unasked } = judgeRounds(rounds, all, { ...run, obstacle: () => null })
  const placed = new Map(rounds.flatMap((round) => round.attempts.map((a) => [a.id, { attempt: a, round }] as const)))
  const timed = judged.flatMap((j) => {
    const at = placed.get(j.id)
    return at === undefined ? [] : [throughputSample(j, at.attempt, at.round, work, run.obstacle(j.subject.pair))]
  })
  const repeated = applyRepeats(timed, attempts)
  const { samples, retries, strays: marked } = applyRetries(repeated.samples, attempts, run.checkpoint)
  const tried = new Set(samples.filter(counts).map((s) => pairKey(s.subject.pair)))
  return {
    samples,
    retries,
    groups: [
      {
        name: rateGroup(work),
        of: 'pair',
        planned: pairs.length,
        terms: { target: 100, sampleFloor: work.sampleFloor, coverage: work.coverage, strict: false },
        secondsEach: roundSeconds + work.timeoutSeconds,
      },
    ],
    figures: { pairs: { planned: pairs.length, possible: all.length, natCells } },
    reasons: [
      ...(pairs.length === 0 ? [{ kind: 'inconclusive', text: 'the plan has no pair of peers' } as const] : []),
      ...strays,
      ...repeated.strays,
      ...unasked,
      ...marked,
      ...foreignReasons(judged),
    ],
    notCovered: [
      ...notSampled(pairs.length, all.length),
      ...uncoveredPairs(
        pairs,
        tried,
        run.excluded,
        (pair) => samples.find((s) => pairKey(s.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /s, ''),
        'throughput',
        () => rateGroup(work),
      ),
    ],
  }
}

const notSampled = (planned: number, possible: number): readonly NotCovered[] =>
  planned === possible
    ? []
    : [
        {
          kind: 'other',
          what: `throughput of ${possible - planned} of ${possible} pairs`,
          why: 'a sample is timed: every node both ways, and every NAT × NAT',
        },
      ]
