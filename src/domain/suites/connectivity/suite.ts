/** Connectivity before anything acts: every ordered pair of peers, judged by what its packets did. */
import { peersOf } from '../../fleet.ts'
import { isDialect, type Profile } from '../../profile.ts'
import { bestGrade, gradeWords, promisesOf } from '../../promises.ts'
import { clocksOf } from '../../node-clock.ts'
import type { Reason } from '../../reason.ts'
import type { Terms } from '../group.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import { targetsFor } from '../selection.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import { drawnText } from '../sampled.ts'
import type { Judged, Judging, Planning, Suite } from '../suite.ts'
import type { ConnectivityWork, Targets } from './config.ts'
import { contradictedNats } from './contradicted.ts'
import { waitingSeconds } from './cooloff.ts'
import { thinClasses, uncoveredClasses, uncoveredPairs, uncoveredPause, type PlannedPair } from './coverage.ts'
import { drawnPairs, undrawnPairs, type DrawnPairs } from './drawn.ts'
import { roundShape, workShape } from './evidence-shape.ts'
import { figuresOf } from './figures.ts'
import { knownIn } from '../../known-failures.ts'
import { foreignReasons } from './foreign.ts'
import { roundsJudging, type JudgedRounds } from './judge-rounds.ts'
import type { Judgement } from './judge.ts'
import { pairClasses, type PairClass } from './oracle.ts'
import { rederiveConnectivity } from './rederive.ts'
import { roundsOf } from './rounds.ts'
import { pairKey } from './timetable.ts'

export const connectivity: Suite<'connectivity'> = {
  title: 'connectivity',
  unable,
  plan,
  item: roundShape,
  work: workShape,
  rederive: rederiveConnectivity,
  clocks: clocksOf,
  judge,
}

function unable({ name, dial, peerId, window }: Profile): string | null {
  if (dial.kind === 'observed')
    return window === null
      ? `${name} connects by itself, and its profile names no window in which it could be watched`
      : `${name} connects by itself, and is watched in windows`
  if (!isDialect(dial.dialect)) return `nothing here reads the dialect ${dial.dialect} of ${name}`
  return dial.args.some((word) => word.includes('{peerId}')) && peerId.kind === 'none'
    ? `${name} is dialled by peer id, and nothing says where a node's peer id is`
    : null
}

/** One round of dials and readings, measured on the lab. */
const roundSeconds = 2.5

/** Labels stand in for measurements here: what is dialled in the end follows from what the NATs turn out to be. */
function plan(on: Planning): ReturnType<Suite<'connectivity'>['plan']> {
  const { config, profile, fleet, nodes, byFocus, only, seed } = on
  const { enabled, criteria, cooloffSeconds, timeoutSeconds, sampleBeyondNodes } = config.tests.connectivity
  if (!enabled || !byFocus) return null
  const work: ConnectivityWork = {
    targets: targetsFor(criteria, only),
    cooloffSeconds,
    timeoutSeconds,
    sampling: { beyondNodes: sampleBeyondNodes, seed: seed ?? 0 },
    ...(only === undefined ? {} : { only }),
    ...knownIn(config.knownFailures, 'connectivity'),
  }
  const { targets } = work
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const drawn = drawnPairs(peers, [], work)
  const names = peers.map((n) => n.name)
  const rounds = roundsOf(fleet, names, drawn, work)
  const attempts = rounds.flat().length
  const best = bestGrade(promisesOf(profile))
  const waiting = Math.ceil(waitingSeconds(rounds, roundSeconds, cooloffSeconds))
  const rest = waiting === 0 ? '' : `, ${waiting} s of waiting so that the same two peers rest ${cooloffSeconds} s`
  return {
    work,
    attempts,
    seconds: Math.ceil(rounds.length * roundSeconds + waiting),
    detail: [
      ...drawnText(drawn.pairs.length, drawn.all.length),
      `${attempts} attempts in ${rounds.length} rounds${rest}; grade ${best} at best (${gradeWords[best]})`,
      ...thinClasses(drawn.pairs, targets),
    ].join('; '),
    thresholds: `direct ${targets.direct}%, NAT ${targets.natTraversed}%, relay ${targets.relay}%`,
  }
}

function judge(work: ConnectivityWork, run: RunContext): Judging<'connectivity'> {
  const drawn = drawnPairs(run.peers, run.measurements, work)
  const rounds = roundsJudging(drawn.sampled ? drawn.all : drawn.pairs, run)
  return { add: rounds.add, end: () => judgedOf(rounds.end(), work, drawn, run) }
}

function judgedOf(
  { judged: judgedAll, attempts, strays, unasked }: JudgedRounds,
  { targets, cooloffSeconds, sampling }: ConnectivityWork,
  drawn: DrawnPairs,
  run: RunContext,
): Judged<'connectivity'> {
  const { pairs } = drawn
  const repeated = applyRepeats(judgedAll, attempts)
  const retried = applyRetries(repeated.samples, attempts, run.checkpoint)
  const { samples, retries } = retried
  const counted = samples.filter(counts)
  const figures = figuresOf(run, pairs, samples, attempts, cooloffSeconds * 1000)
  return {
    samples,
    retries,
    groups: pairClasses.flatMap((name) => {
      const planned = pairs.filter((p) => p.oracle.pairClass === name).length
      return planned === 0
        ? []
        : [{ name, of: 'pair', planned, terms: termsOf(name, targets), secondsEach: roundSeconds + cooloffSeconds }]
    }),
    figures,
    reasons: [
      ...strays,
      ...repeated.strays,
      ...unasked,
      ...retried.strays,
      ...foreignReasons(judgedAll),
      ...wholeReasons(samples, pairs, targets.sampleFloor),
      ...contradictedNats(samples),
    ],
    notCovered: [
      ...uncoveredClasses(pairs),
      ...undrawnPairs(drawn, sampling),
      ...uncoveredPause(figures.shortestPauseMs, figures.cooloffMs),
      ...uncoveredPairs(pairs, new Set(counted.map((j) => pairKey(j.subject.pair))), run.excluded, (pair) =>
        samples.find((j) => pairKey(j.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ''),
      ),
    ],
  }
}

export const termsOf = (pairClass: PairClass, { direct, natTraversed, relay, ...terms }: Targets): Terms => ({
  ...terms,
  target: { direct, nat_traversed: natTraversed, relay }[pairClass],
})

/** What no single class can say. */
function wholeReasons(
  samples: readonly Judgement[],
  pairs: readonly PlannedPair[],
  sampleFloor: number,
): readonly Reason[] {
  const counted = samples.filter(counts)
  const open = samples.some((s) => !counts(s) && s.repeatedBy === undefined)
  return [
    ...(pairs.length === 0 ? [{ kind: 'inconclusive', text: 'the plan has no pair of peers' } as const] : []),
    ...(counted.length > 0 &&
    !open &&
    counted.length >= sampleFloor &&
    counted.every((j) => j.outcome === 'failed' && j.recovered !== true)
      ? [
          {
            kind: 'failed',
            text: `nothing was delivered as expected in ${counted.length} attempts while the controls passed`,
          } as const,
        ]
      : []),
  ]
}
