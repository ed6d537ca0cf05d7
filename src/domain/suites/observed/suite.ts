/** Programs that cannot be told to dial: watched in windows from a fresh start, each pair judged by what was delivered. */
import { valueOf } from '../../evidence.ts'
import { peersOf } from '../../fleet.ts'
import { clocksOf } from '../../node-clock.ts'
import type { Profile } from '../../profile.ts'
import { servicePortOf } from '../../program.ts'
import type { Terms } from '../group.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import { targetsFor } from '../selection.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import type { Judged, Judging, Planning, Suite } from '../suite.ts'
import type { Targets } from '../connectivity/config.ts'
import { thinClasses, uncoveredClasses, uncoveredPairs, type PlannedPair } from '../connectivity/coverage.ts'
import { contradictedNats } from '../connectivity/contradicted.ts'
import { foreignReasons } from '../connectivity/foreign.ts'
import { pairClasses, type PairClass } from '../connectivity/oracle.ts'
import { pairKey } from '../connectivity/timetable.ts'
import { observedFigures } from './figures.ts'
import { windowJudging, type WindowsJudged } from './samples.ts'
import { observedPairs, whyWindows, windowsFor } from './pairs.ts'
import { rederiveWindows } from './rederive.ts'
import { observedWorkShape, windowShape } from './shape.ts'
import type { ObservedWork } from './window.ts'

export const observed: Suite<'observed'> = {
  title: 'observed connections',
  unable,
  plan,
  item: windowShape,
  work: observedWorkShape,
  rederive: rederiveWindows,
  clocks: ({ looks }) => looks.flatMap(clocksOf),
  starts: ({ starts }) => Object.values(starts).flatMap((s) => valueOf(s) ?? []),
  judge,
}

function unable({ name, dial, window }: Profile): string | null {
  if (dial.kind === 'commanded') return `${name} is told to dial, and is measured pair by pair`
  return window === null
    ? `${name} connects by itself, and its profile names no window in which it could be watched`
    : null
}

/** Stop, start and what is read of each node, measured on the lab. */
const secondsBeside = 8

/** Labels stand in for measurements here: how many windows it takes follows from what the NATs turn out to be. */
function plan({ config, profile, fleet, nodes, byFocus, only }: Planning): ReturnType<Suite<'observed'>['plan']> {
  const { enabled, criteria, cooloffSeconds } = config.tests.connectivity
  const targets = targetsFor(criteria, only)
  const { window, claims } = profile
  if (!enabled || !byFocus) return null
  // Unable: named in the plan, and never run.
  const use = window ?? { looks: [], minBytes: 0, sustainedSeconds: 0 }
  const pairs = observedPairs(
    peersOf(fleet).filter((n) => nodes.includes(n)),
    [],
    only,
  )
  const windows = windowsFor(pairs, targets.sampleFloor)
  const seconds = use.looks.at(-1) ?? 0
  const secondsEach = seconds + cooloffSeconds + secondsBeside
  const why = whyWindows(pairs, targets.sampleFloor, secondsEach)
  return {
    work: {
      targets,
      cooloffSeconds,
      servicePort: servicePortOf(profile, config.project, fleet),
      window: use,
      claims,
      ...(only === undefined ? {} : { only }),
    },
    attempts: windows * pairs.length,
    seconds: Math.ceil(windows * secondsEach),
    detail: [
      `${windows} windows of ${seconds} s, each from a fresh start of all peers, ${pairs.length} pairs in each; grade C at best (volume in packet counters)`,
      ...(why === null ? [] : [why]),
      ...thinClasses(pairs, targets),
    ].join('; '),
    thresholds: `direct ${targets.direct}%, NAT ${targets.natTraversed}%, relay ${targets.relay}%`,
  }
}

/** Of each window its samples are kept, and what they were measured by: neither readings nor raw text. */
function judge(work: ObservedWork, run: RunContext): Judging<'observed'> {
  const pairs = observedPairs(run.peers, run.measurements, work.only)
  const judging = windowJudging(pairs, work, run)
  return { add: (window) => judging.add(window), end: () => whole(judging.end(), pairs, work, run) }
}

function whole(
  { judged, measured, strays, findings, windows }: WindowsJudged,
  pairs: readonly PlannedPair[],
  { targets, window, cooloffSeconds }: ObservedWork,
  run: RunContext,
): Judged<'observed'> {
  const repeated = applyRepeats(judged, measured)
  const { samples, retries, strays: stray } = applyRetries(repeated.samples, measured, run.checkpoint)
  const counted = samples.filter(counts)
  const secondsEach = (window.looks.at(-1) ?? 0) + cooloffSeconds
  return {
    samples,
    findings,
    retries,
    groups: pairClasses.flatMap((name) => {
      const planned = pairs.filter((p) => p.oracle.pairClass === name).length
      return planned === 0 ? [] : [{ name, of: 'pair', planned, terms: termsOf(name, targets), secondsEach }]
    }),
    figures: observedFigures(run, samples, windows, window),
    reasons: [
      ...strays,
      ...repeated.strays,
      ...stray,
      ...foreignReasons(judged),
      ...(pairs.length === 0 ? [{ kind: 'inconclusive', text: 'the plan has no pair of peers' } as const] : []),
      ...contradictedNats(samples),
    ],
    notCovered: [
      ...uncoveredClasses(pairs),
      ...uncoveredPairs(pairs, new Set(counted.map((j) => pairKey(j.subject.pair))), run.excluded, (pair) =>
        samples.find((j) => pairKey(j.subject.pair) === pairKey(pair))?.sentence.replace(/^.*?: /, ''),
      ),
    ].map((n) => (n.kind === 'subject' || n.kind === 'group' ? { ...n, suite: 'observed' } : n)),
  }
}

const termsOf = (pairClass: PairClass, { direct, natTraversed, relay, ...terms }: Targets): Terms => ({
  ...terms,
  target: { direct, nat_traversed: natTraversed, relay }[pairClass],
})
