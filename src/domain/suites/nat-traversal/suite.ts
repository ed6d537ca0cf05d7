/** NAT traversal before anything acts: pairs with a NAT in the way, who dials first, and mappings that go away. */
import { clocksOf } from '../../node-clock.ts'
import { peersOf } from '../../fleet.ts'
import { bestGrade, gradeWords, promisesOf } from '../../promises.ts'
import { between, every, fields, flag, list, name, number, oneOf, text, type Check } from '../../shape.ts'
import { atOnce } from '../at-once.ts'
import { waitingSeconds } from '../connectivity/cooloff.ts'
import { contradictedNats } from '../connectivity/contradicted.ts'
import { uncoveredPairs } from '../connectivity/coverage.ts'
import { readOf, roundShape, workShape } from '../connectivity/evidence-shape.ts'
import { undrawnPairs } from '../connectivity/drawn.ts'
import { foreignReasons } from '../connectivity/foreign.ts'
import { judgeRounds } from '../connectivity/judge-rounds.ts'
import { pairClasses, type PairClass } from '../connectivity/oracle.ts'
import { connectivity, termsOf } from '../connectivity/suite.ts'
import { pairKey } from '../connectivity/timetable.ts'
import type { Group } from '../group.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import { targetsFor } from '../selection.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import { drawnText } from '../sampled.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import { keepsConnections } from '../survival/keeps.ts'
import { natFigures } from './matrix.ts'
import { rederiveNat } from './rederive.ts'
import { calledNodes, natPairs, natRounds } from './rounds.ts'
import { natSample } from './sample.ts'
import { missingTypes, unmeasuredTypes } from './types.ts'
import { natOrders, reboundGroup, restedGroup, type NatRound, type NatTraversalWork } from './work.ts'

export const natTraversal: Suite<'nat-traversal'> = {
  title: 'NAT traversal',
  unable: (profile) => connectivity.unable(profile),
  plan,
  item: roundOf,
  work: workOf,
  rederive: rederiveNat,
  clocks: clocksOf,
  judge: atOnce(judge),
}

const own = every<Pick<NatRound, 'order' | 'forgotten'>>({
  order: oneOf(...natOrders),
  forgotten: list(fields({ node: name, removed: readOf(between(0, 1e9)) }), 1000),
})
const whole = { order: null, forgotten: null }
/** A round of connectivity, and two fields more. */
function roundOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return ' is no round'
  const { order, forgotten, ...round } = { ...whole, ...value }
  return own({ order, forgotten }) ?? roundShape(round)
}
const ownWork: Check = every<
  Omit<NatTraversalWork, 'targets' | 'cooloffSeconds' | 'timeoutSeconds' | 'sampling' | 'only' | 'known'>
>({
  types: list(text),
  rebinding: flag,
  settleSeconds: number,
  restSeconds: number,
})
const workless = { types: null, rebinding: null, settleSeconds: null, restSeconds: null }
function workOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return ' is no work'
  const { types, rebinding, settleSeconds, restSeconds, ...work } = { ...workless, ...value }
  return ownWork({ types, rebinding, settleSeconds, restSeconds }) ?? workShape(work)
}

/** One round of dials and readings, measured on the lab. */
const roundSeconds = 2.5
/** RFC 4787 REQ-5: a UDP mapping lives two minutes at least; a quarter more, and most have forgotten. */
const longestMapping = 150
const settleSeconds = 10

function plan(on: Planning): ReturnType<Suite<'nat-traversal'>['plan']> {
  const { config, profile, fleet, nodes, byFocus, only, seed } = on
  const { natMatrix, connectivity: asked } = config.tests
  if (!byFocus && !natMatrix.enabled) return null
  const { criteria, cooloffSeconds, timeoutSeconds } = asked
  const targets = targetsFor(criteria, only)
  const peers = peersOf(fleet).filter((n) => nodes.includes(n))
  const work: NatTraversalWork = {
    targets,
    cooloffSeconds,
    timeoutSeconds,
    // A type that is missing is missing of the whole test.
    types: natMatrix.enabled && only === undefined ? natMatrix.types : [],
    // A NAT that forgets cuts the connections that are kept through it, whatever their program does.
    rebinding: fleet.lab !== undefined && !keepsConnections(on),
    settleSeconds,
    restSeconds: Math.ceil(longestMapping / (fleet.lab?.natTimeoutFactor ?? 1)),
    sampling: { beyondNodes: asked.sampleBeyondNodes, seed: seed ?? 0 },
    ...(only === undefined ? {} : { only }),
  }
  const { pairs, all, behindNat, sampled } = natPairs(peers, [], work)
  const names = nodes.map((n) => n.name)
  const phases = natRounds(fleet, { planned: names, there: names }, [], work)
  const rounds = phases.flatMap((p) => p.rounds)
  const attempts = rounds.flat().length
  const waiting = Math.ceil(waitingSeconds(rounds, roundSeconds, cooloffSeconds))
  const resting = (work.rebinding ? settleSeconds : 0) + work.restSeconds
  const best = bestGrade(promisesOf(profile))
  const [sample = `${pairs.length} pairs`] = sampled ? drawnText(pairs.length, all.length) : []
  return {
    work,
    attempts,
    seconds: Math.ceil(rounds.length * roundSeconds + waiting + resting),
    detail: `NAT traversal: ${sample} with ${behindNat.length} nodes behind a NAT, in turn and both at once, ${work.rebinding ? 'after the NAT forgot, ' : ''}after ${work.restSeconds} s of rest: ${attempts} attempts in ${rounds.length} rounds; grade ${best} at best (${gradeWords[best]})`,
    thresholds: `NAT traversal: direct ${targets.direct}%, NAT ${targets.natTraversed}%, relay ${targets.relay}%`,
  }
}

function judge(rounds: readonly NatRound[], work: NatTraversalWork, run: RunContext): Judged<'nat-traversal'> {
  const found = natPairs(run.peers, run.measurements, work)
  const { pairs, all, behindNat, nameOf } = found
  const { judged, attempts, strays, unasked } = judgeRounds(rounds, all, run)
  const placed = new Map(rounds.flatMap((r) => r.attempts.map((a) => [a.id, r] as const)))
  const samplesAll = judged.map((j) => natSample(j, placed.get(j.id), nameOf))
  const repeated = applyRepeats(samplesAll, attempts)
  const retried = applyRetries(repeated.samples, attempts, run.checkpoint)
  const { samples, retries } = retried
  const tried = new Set(samples.filter(counts).map((s) => pairKey(s.subject.pair)))
  return {
    samples,
    retries,
    groups: groupsOf(
      pairs.map((p) => p.oracle.pairClass),
      calledNodes(found, run.peers, work.only),
      work,
    ),
    figures: natFigures(samples, { planned: pairs.length, possible: all.length }),
    reasons: [
      ...(behindNat.length === 0
        ? [{ kind: 'inconclusive', text: 'no node was measured to be behind a NAT: nothing was traversed' } as const]
        : []),
      ...strays,
      ...repeated.strays,
      ...unasked,
      ...retried.strays,
      ...foreignReasons(judged),
      ...contradictedNats(samples),
      ...missingTypes(work.types, run.peers, run.measurements),
    ],
    notCovered: [
      ...undrawnPairs(found, work.sampling),
      ...unmeasuredTypes(work.types, run.peers, run.measurements),
      ...(work.rebinding
        ? []
        : [
            {
              kind: 'other',
              what: 'a NAT that forgets its mappings',
              why: "only a lab's NAT may be made to forget, and none while connections are kept through it",
            } as const,
          ]),
      ...uncoveredPairs(
        pairs,
        tried,
        run.excluded,
        (pair) => samples.find((s) => pairKey(s.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ''),
        'nat-traversal',
      ),
    ],
  }
}

function groupsOf(classes: readonly PairClass[], behindNat: number, work: NatTraversalWork): readonly Group[] {
  const secondsEach = roundSeconds + work.cooloffSeconds
  const terms = termsOf('nat_traversed', work.targets)
  const after = [...(work.rebinding ? [reboundGroup] : []), restedGroup].map((group): Group => ({
    name: group,
    of: 'pair',
    planned: behindNat,
    // One call of each node: as many as there are must do.
    terms: { ...terms, sampleFloor: Math.min(terms.sampleFloor, Math.max(1, behindNat)) },
    secondsEach: secondsEach + work.restSeconds,
  }))
  return [
    ...pairClasses.flatMap((pairClass): readonly Group[] => {
      const planned = classes.filter((c) => c === pairClass).length
      return planned === 0
        ? []
        : [{ name: pairClass, of: 'pair', planned, terms: termsOf(pairClass, work.targets), secondsEach }]
    }),
    ...(behindNat === 0 ? [] : after),
  ]
}
