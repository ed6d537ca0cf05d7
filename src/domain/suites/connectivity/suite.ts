/** Connectivity before anything acts: every ordered pair of peers, judged by what its packets did. */
import { nobody, type Attempt, type Readings, type RoundEvidence } from '../../evidence.ts'
import { bootstrapsOf, peersOf } from '../../fleet.ts'
import { isDialect, type Profile } from '../../profile.ts'
import { bestGrade, gradeWords, promisesOf } from '../../promises.ts'
import { clocksOf } from '../../node-clock.ts'
import { foreignIn } from '../../processes.ts'
import type { Reason } from '../../reason.ts'
import type { Terms } from '../group.ts'
import { atOnce } from '../at-once.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import type { RunContext } from '../run-context.ts'
import { counts, subjectName } from '../sample.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import type { ConnectivityWork, Targets } from './config.ts'
import { contradictedNats } from './contradicted.ts'
import { waitingSeconds } from './cooloff.ts'
import {
  plannedPairs,
  relayPairsOf,
  repetitionsFor,
  uncoveredClasses,
  uncoveredPairs,
  uncoveredPause,
  type PlannedPair,
} from './coverage.ts'
import { roundShape, workShape } from './evidence-shape.ts'
import { figuresOf } from './figures.ts'
import { foreignReasons, orForeign, type InRound } from './foreign.ts'
import { views } from './flows.ts'
import { judgeAttempt, type Judgement } from './judge.ts'
import { pairClasses, type PairClass } from './oracle.ts'
import { rederiveRounds } from './rederive.ts'
import { floodedBy, unasked } from './unseen.ts'
import { pairKey, timetable } from './timetable.ts'

export const connectivity: Suite<'connectivity'> = {
  title: 'connectivity',
  unable,
  plan,
  item: roundShape,
  work: workShape,
  rederive: rederiveRounds,
  clocks: clocksOf,
  judge: atOnce(judge),
}

function unable({ name, dial, peerId }: Profile): string | null {
  if (dial.kind === 'observed')
    return `${name} connects by itself, and only a program that is told to dial can be measured pair by pair in this version`
  if (!isDialect(dial.dialect)) return `nothing here reads the dialect ${dial.dialect} of ${name}`
  return dial.args.some((word) => word.includes('{peerId}')) && peerId.kind === 'none'
    ? `${name} is dialled by peer id, and nothing says where a node's peer id is`
    : null
}

/** One round of dials and readings, measured on the lab. */
const roundSeconds = 2.5

/** Labels stand in for measurements here: what is dialled in the end follows from what the NATs turn out to be. */
function plan({ config, profile, fleet, nodes, byFocus }: Planning): ReturnType<Suite<'connectivity'>['plan']> {
  const { enabled, criteria: targets, cooloffSeconds, timeoutSeconds } = config.tests.connectivity
  if (!enabled || !byFocus) return null
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const pairs = plannedPairs(peers, [])
  const rounds = timetable({
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: bootstrapsOf(fleet).map((n) => n.name),
    repetitions: repetitionsFor(pairs, targets.sampleFloor),
  })
  const attempts = rounds.flat().length
  const best = bestGrade(promisesOf(profile))
  const waiting = Math.ceil(waitingSeconds(rounds, roundSeconds, cooloffSeconds))
  const rest = waiting === 0 ? '' : `, ${waiting} s of waiting so that the same two peers rest ${cooloffSeconds} s`
  return {
    work: { targets, cooloffSeconds, timeoutSeconds },
    attempts,
    seconds: Math.ceil(rounds.length * roundSeconds + waiting),
    detail: `${attempts} attempts in ${rounds.length} rounds${rest}; grade ${best} at best (${gradeWords[best]})`,
    thresholds: `direct ${targets.direct}%, NAT ${targets.natTraversed}%, relay ${targets.relay}%`,
  }
}

function judge(
  rounds: readonly RoundEvidence[],
  { targets, cooloffSeconds }: ConnectivityWork,
  run: RunContext,
): Judged<'connectivity'> {
  const pairs = plannedPairs(run.peers, run.measurements)
  const foreign = foreignIn(rounds, run.running.before, run.deployed)
  const { placed, strays } = sortOut(rounds, pairs, foreign)
  const judgedAll = judgeAll(placed, pairs, run)
  const attempts = placed.map(({ attempt, retry }) => ({ ...attempt, ...(retry === true ? { retry } : {}) }))
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
      ...unasked(rounds, run.promises.record),
      ...retried.strays,
      ...foreignReasons(judgedAll),
      ...wholeReasons(samples, pairs, targets.sampleFloor),
      ...contradictedNats(samples),
    ],
    notCovered: [
      ...uncoveredClasses(pairs),
      ...uncoveredPause(figures.shortestPauseMs, figures.cooloffMs),
      ...uncoveredPairs(pairs, new Set(counted.map((j) => pairKey(j.subject.pair))), run.excluded, (pair) =>
        samples.find((j) => pairKey(j.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ''),
      ),
    ],
  }
}

const termsOf = (pairClass: PairClass, { direct, natTraversed, relay, ...terms }: Targets): Terms => ({
  ...terms,
  target: { direct, nat_traversed: natTraversed, relay }[pairClass],
})

/** An attempt with what its round says of it. */
interface Placed {
  readonly attempt: Attempt
  readonly others: readonly Attempt[]
  readonly readings: Readings
  readonly retry: RoundEvidence['retry']
  /** What ran beside the deployed program, by node. */
  readonly foreign: InRound
}

/** Nothing counts twice: a repeated id or nonce is a copy, and a pair outside the plan belongs to nobody. */
function sortOut(
  rounds: readonly RoundEvidence[],
  pairs: readonly PlannedPair[],
  foreign: readonly InRound[],
): { readonly placed: readonly Placed[]; readonly strays: readonly Reason[] } {
  const known = new Set(pairs.map((p) => pairKey(p.pair)))
  const seen = new Set<string>()
  const strays: Reason[] = []
  const all = rounds.flatMap(({ attempts, readings, retry }, i) =>
    attempts.map((attempt): Placed => ({
      attempt,
      others: attempts.filter((a) => a !== attempt),
      readings,
      retry,
      foreign: foreign[i] ?? new Map(),
    })),
  )
  const placed = all.filter(({ attempt: a }) => {
    const copy = seen.has(`id ${a.id}`) || seen.has(`nonce ${a.nonce}`)
    seen.add(`id ${a.id}`).add(`nonce ${a.nonce}`)
    if (copy)
      strays.push({ kind: 'inconclusive', text: `attempt ${a.id}: its id or nonce occurs twice in the evidence` })
    else if (!known.has(pairKey(a.pair)))
      strays.push({ kind: 'inconclusive', text: `attempt ${a.id}: ${pairKey(a.pair)} is no pair of the plan` })
    return !copy && known.has(pairKey(a.pair))
  })
  return { placed, strays }
}

function judgeAll(placed: readonly Placed[], pairs: readonly PlannedPair[], run: RunContext): readonly Judgement[] {
  const measurements = new Map(run.measurements.map((m) => [m.node, m]))
  const planned = new Map(pairs.map((p) => [pairKey(p.pair), p.oracle]))
  const barred = new Map([...run.unsettledNats, ...run.barred])
  const senders = { dialler: nobody, services: run.serviceUids }
  return placed.flatMap(({ attempt, others, readings, foreign }) => {
    const { from, to } = attempt.pair
    const oracle = planned.get(pairKey(attempt.pair))
    if (oracle === undefined) return []
    const unmeasured = [from, to].find((n) => !measurements.has(n))
    const flood = floodedBy(attempt, { attempts: [attempt, ...others], readings })
    return [
      orOwnDoing(flood, {
        counts: attempt.fault === undefined && !barred.has(from) && !barred.has(to),
        judged: orForeign(
          judgeAttempt({
            attempt,
            promises: run.promises,
            oracle,
            seen: views(attempt, { readings, others, nats: measurements, fleet: run.fleet, senders }),
            disqualified: (path) =>
              barred.get(from) ??
              barred.get(to) ??
              (path.kind === 'relayed' ? barred.get(path.via) : undefined) ??
              (unmeasured === undefined ? null : `the NAT of ${unmeasured} was not measured`),
          }),
          attempt,
          readings,
          foreign,
          run,
        ),
      }),
    ]
  })
}

/** What kept an attempt from being seen was the program's own doing: that is its failure, and no gap of ours. */
const orOwnDoing = (
  doing: string | null,
  { counts: mayCount, judged }: { readonly counts: boolean; readonly judged: Judgement },
): Judgement =>
  doing === null || !mayCount
    ? judged
    : { ...judged, outcome: 'failed', grade: null, sentence: `${subjectName(judged.subject)}: ${doing}` }

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
