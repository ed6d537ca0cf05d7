/** Survival before anything acts: one connection for each of some pairs, opened at the first test, kept through the soak. */
import type { NotCovered } from '../../not-covered.ts'
import { clocksOf } from '../../node-clock.ts'
import { isDialect } from '../../profile.ts'
import type { Reason } from '../../reason.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { atOnce } from '../at-once.ts'
import { plannedPairs } from '../connectivity/coverage.ts'
import { judgeRounds } from '../connectivity/judge-rounds.ts'
import { rederiveRounds } from '../connectivity/rederive.ts'
import type { Series } from '../connectivity/series.ts'
import { pairKey } from '../connectivity/timetable.ts'
import { obstacleBetween, type RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import { survivalItem, survivalWork } from './evidence-shape.ts'
import { judgeKept, type Delivery } from './judge.ts'
import { soakOf } from './keeps.ts'
import { keptPairs, keptRounds } from './pairs.ts'
import type { DeliveriesItem, KeptItem, SurvivalItem, SurvivalSample, SurvivalWork } from './work.ts'

export const keptGroup = 'kept connections'
/** Local ports that no other suite's dials have. */
export const survivalSeries: Series = { prefix: 'kept.', ports: [31_000, 32_700] }

export const survival: Suite<'survival'> = {
  title: 'survival',
  unable: ({ name, survival: use, dial }) =>
    use === null
      ? `profile ${name} says nothing of connections that stay ("survival")`
      : dial.kind === 'commanded' && isDialect(dial.dialect)
        ? null
        : `nothing here reads what ${name} reports of a connection`,
  plan,
  item: survivalItem,
  work: survivalWork,
  rederive,
  clocks: (item) => (item.kind === 'deliveries' ? clocksOf(item.round) : []),
  judge: atOnce(judge),
}

/** One round of deliveries and readings, and the looks at all processes; measured on the lab. */
const [roundSeconds, lookSeconds] = [3, 2]
/** A checkpoint may be taken late, and then takes its own time. */
const slackSeconds = 12 * 3600

function plan({ config, profile, fleet, nodes, byFocus }: Planning): ReturnType<Suite<'survival'>['plan']> {
  const { enabled, successRate: target } = config.tests.survival
  if (!enabled && !byFocus) return null
  const soak = soakOf({ config })
  if (soak.length === 0)
    return { why: 'it did not act: soak is off, so no connection is kept through one', asked: enabled }
  const pairs = keptPairs(fleet, nodes, profile)
  const rounds = keptRounds(pairs).length
  return {
    work: {
      pairs,
      target,
      timeoutSeconds: config.tests.connectivity.timeoutSeconds,
      longestSeconds: soak.reduce((n, c) => n + c.afterMs / 1000, slackSeconds),
    },
    attempts: pairs.length,
    seconds: Math.ceil(rounds * roundSeconds + 2 * lookSeconds),
    detail: `${pairs.length} connections opened now and kept until ${soak.at(-1)?.id ?? ''} after it`,
    thresholds: `kept connections ${target}%`,
  }
}

/** `there`: nodes that were not left out. */
export const keptRoundsOf = ({ pairs }: Pick<SurvivalWork, 'pairs'>, there: readonly string[]) =>
  keptRounds(pairs.filter(({ from, to }) => there.includes(from) && there.includes(to)))

function rederive(on: RederiveContext, work: SurvivalWork): Rederivation<SurvivalItem> {
  const rounds = rederiveRounds(on, keptRoundsOf(work, on.there), survivalSeries)
  const missing = new Set(keptRoundsOf(work, on.there).flat().map(pairKey))
  return {
    add: (item) => {
      if (item.kind === 'deliveries') return rounds.add(item.round)
      missing.delete(pairKey(item.pair))
      return (item.phase === 'kept') === on.checkpoint
        ? []
        : [`${item.id}: connections are opened at a first test, and looked at when a checkpoint is taken`]
    },
    end: () => [...rounds.end(), ...[...missing].map((key) => `the connection ${key} is missing`)],
  }
}

function judge(items: readonly SurvivalItem[], work: SurvivalWork, run: RunContext): Judged<'survival'> {
  const wanted = new Set(work.pairs.map(pairKey))
  const pairs = plannedPairs(run.peers, run.measurements).filter((p) => wanted.has(pairKey(p.pair)))
  const rounds = items.filter((i): i is DeliveriesItem => i.kind === 'deliveries').map((i) => i.round)
  const { judged, strays } = judgeRounds(rounds, pairs, run)
  const attempts = rounds.flatMap((r) => r.attempts)
  const deliveries = new Map(
    judged.flatMap((j): readonly (readonly [string, Delivery])[] => {
      const attempt = attempts.find((a) => a.id === j.id)
      const readings = rounds.find((r) => r.attempts.some((a) => a.id === j.id))?.readings
      return attempt === undefined || readings === undefined
        ? []
        : [[pairKey(attempt.pair), { attempt, judged: j, readings }]]
    }),
  )
  const kept = items.filter((i): i is KeptItem => i.kind === 'kept')
  const samples = kept
    .filter((i) => wanted.has(pairKey(i.pair)))
    .map((item) => sampleOf(item, deliveries.get(pairKey(item.pair)), run))
  return {
    samples,
    retries: [],
    groups: [
      {
        name: keptGroup,
        of: 'pair',
        planned: work.pairs.length,
        terms: { target: work.target, sampleFloor: 1, coverage: 80, strict: false },
        secondsEach: roundSeconds,
      },
    ],
    figures: {
      phase: kept.some((i) => i.phase === 'kept') ? 'kept' : 'opened',
      connections: kept.map((i) => connectionOf(i, deliveries)),
    },
    reasons: [...strays, ...(work.pairs.length === 0 ? [noPair] : [])],
    notCovered: uncovered(samples, work, run),
  }
}

const noPair: Reason = {
  kind: 'inconclusive',
  text: 'survival: the plan has no two nodes that could keep a connection',
}

function sampleOf(item: KeptItem, delivery: Delivery | undefined, run: RunContext): SurvivalSample {
  const { from, to } = item.pair
  const callee = run.running.before.find((p) => p.node === to) ?? null
  const kept = judgeKept(item, delivery, callee)
  const cut = kept.outcome === 'failed' ? obstacleBetween(run, from, to) : null
  // What is cut now may have been cut when it was lost.
  const { outcome, words, openMs } =
    cut === null ? kept : { outcome: 'infra' as const, words: `${kept.words}; ${cut}`, openMs: null }
  return {
    id: item.id,
    group: keptGroup,
    subject: { kind: 'pair', pair: item.pair },
    outcome,
    grade: outcome === 'success' ? (delivery?.judged.grade ?? null) : null,
    sentence: `${from} → ${to}: ${words}`,
    findings: delivery?.judged.findings ?? [],
    openMs,
  }
}

function connectionOf({ pair, notes }: KeptItem, deliveries: ReadonlyMap<string, Delivery>) {
  const list = notes.kind === 'there' ? notes.value : []
  const delivery = deliveries.get(pairKey(pair))
  const alive = delivery?.judged.outcome === 'success' ? delivery.attempt.endedAt : null
  return {
    pair,
    path: delivery?.judged.path ?? null,
    openedAt: list.find((n) => n.did === 'opened')?.at ?? alive,
    lastSeenAt: alive ?? list.at(-1)?.at ?? null,
  }
}

function uncovered(
  samples: readonly SurvivalSample[],
  { pairs }: SurvivalWork,
  { excluded }: RunContext,
): readonly NotCovered[] {
  const counted = new Set(samples.filter(counts).map((s) => pairKey(s.subject.pair)))
  return pairs
    .filter((pair) => !counted.has(pairKey(pair)))
    .map((pair) => {
      const out = excluded.find((e) => e.node === pair.from || e.node === pair.to)
      return {
        kind: 'subject',
        suite: 'survival',
        group: keptGroup,
        subject: { kind: 'pair', pair },
        why:
          out === undefined
            ? (samples.find((s) => pairKey(s.subject.pair) === pairKey(pair))?.sentence ?? 'it was not looked at')
            : `${out.node} was left out: ${out.why}`,
      }
    })
}
