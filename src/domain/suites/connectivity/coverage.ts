/** Which pairs a plan has, in which class, how often each must be tried, and what a run left uncovered (spec §3). */
import type { Pair } from '../../evidence.ts'
import type { FleetNode, NatMeasurement, NodeName } from '../../fleet.ts'
import type { Excluded, NotCovered } from '../../not-covered.ts'
import { asDeclared, oracle, pairClasses, type Oracle, type PairClass } from './oracle.ts'
import { amount } from '../../text.ts'
import type { Targets } from './config.ts'
import { pairKey } from './timetable.ts'

export interface PlannedPair {
  readonly pair: Pair
  readonly oracle: Oracle
  /** False: an end was never measured, so its label stands in, for the denominator only. */
  readonly measured: boolean
}

/** Every ordered pair of the planned peers; classes come from measured NATs wherever there are any. */
export function plannedPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
): readonly PlannedPair[] {
  const byNode = new Map(measurements.map((m) => [m.node, m]))
  const nat = (n: FleetNode) => byNode.get(n.name) ?? asDeclared(n)
  return peers.flatMap((from) =>
    peers
      .filter((to) => to.name !== from.name)
      .map((to) => ({
        pair: { from: from.name, to: to.name },
        oracle: oracle(nat(from), nat(to)),
        measured: byNode.has(from.name) && byNode.has(to.name),
      })),
  )
}

/** Tries per pair ({@link pairKey}), so that every class reaches the sample floor. */
export function repetitionsFor(pairs: readonly PlannedPair[], sampleFloor: number): ReadonlyMap<string, number> {
  const size = (c: PairClass): number => pairs.filter((p) => p.oracle.pairClass === c).length
  const times = Object.fromEntries(
    pairClasses.map((c) => [c, Math.max(1, Math.ceil(sampleFloor / Math.max(1, size(c))))]),
  ) as Record<PairClass, number>
  return new Map(pairs.map((p) => [pairKey(p.pair), times[p.oracle.pairClass]]))
}

/** Classes of which all pairs are between the same two nodes: what is in the way of these decides the whole verdict. */
export const thinClasses = (
  pairs: readonly PlannedPair[],
  { direct, natTraversed, relay }: Targets,
): readonly string[] =>
  pairClasses.flatMap((c) => {
    const own = pairs.filter((p) => p.oracle.pairClass === c).map((p) => p.pair)
    const ends = [...new Set(own.flatMap(({ from, to }) => [from, to]))]
    return ends.length !== 2 || { direct, nat_traversed: natTraversed, relay }[c] === 0
      ? []
      : [
          `class ${c} has ${amount(own.length, 'pair')}, ${ends.join(' and ')}: the verdict may hang on these two nodes alone`,
        ]
  })

/** Pairs whose rounds a relay node must sit out. */
export const relayPairsOf = (pairs: readonly PlannedPair[]): readonly Pair[] =>
  pairs.filter((p) => p.oracle.expected === 'relayed').map((p) => p.pair)

/**
 * `whyNot`: for a planned pair without a counted attempt, what kept its attempts from counting; undefined when it had
 * none.
 */
export function uncoveredPairs(
  pairs: readonly PlannedPair[],
  tried: ReadonlySet<string>,
  excluded: readonly Excluded[],
  whyNot: (pair: Pair) => string | undefined,
  suite = 'connectivity',
  groupOf: (pairClass: PairClass) => string = (pairClass) => pairClass,
): readonly NotCovered[] {
  const out = new Map(excluded.map((e) => [e.node, e.why]))
  const left = (n: NodeName): string | undefined => (out.has(n) ? `${n} was left out: ${out.get(n)}` : undefined)
  return pairs
    .filter((p) => !tried.has(pairKey(p.pair)))
    .map(({ pair, oracle: { pairClass } }) => ({
      kind: 'subject',
      suite,
      group: groupOf(pairClass),
      subject: { kind: 'pair', pair },
      why: left(pair.from) ?? left(pair.to) ?? whyNot(pair) ?? 'no attempt was made',
    }))
}

/** Classes that no pair of the plan is in. */
export const uncoveredClasses = (pairs: readonly PlannedPair[]): readonly NotCovered[] =>
  pairClasses
    .filter((c) => pairs.every((p) => p.oracle.pairClass !== c))
    .map((group) => ({
      kind: 'group',
      suite: 'connectivity',
      group,
      of: 'pair',
      what: `pair class ${group}`,
      why: 'the plan has no such pair',
    }))

/** A NAT that had no time to forget the attempt before may have let this one through, or kept it out. */
export const uncoveredPause = (pauseMs: number | null, cooloffMs: number): readonly NotCovered[] =>
  pauseMs === null || pauseMs >= cooloffMs
    ? []
    : [
        {
          kind: 'other',
          what: 'cool-off of the same two peers',
          why: `the shortest pause was ${pauseMs / 1000} s; nat_cooloff_seconds asks for ${cooloffMs / 1000} s`,
        },
      ]
