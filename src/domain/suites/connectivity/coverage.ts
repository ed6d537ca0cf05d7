/** Which pairs a plan has, in which class, how often each must be tried, and what a run left uncovered (spec §3). */
import type { Pair } from '../../evidence.ts'
import type { Fleet, FleetNode, NatKind, NatMeasurement, NodeName } from '../../fleet.ts'
import { asDeclared, oracle, pairClasses, type Oracle, type PairClass } from './oracle.ts'
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

/** Pairs whose rounds a relay node must sit out. */
export const relayPairsOf = (pairs: readonly PlannedPair[]): readonly Pair[] =>
  pairs.filter((p) => p.oracle.expected === 'relayed').map((p) => p.pair)

export interface Excluded {
  readonly node: NodeName
  readonly why: string
}

export type NotCovered =
  | { readonly kind: 'pair'; readonly pair: Pair; readonly pairClass: PairClass; readonly why: string }
  | { readonly kind: 'nat'; readonly nat: NatKind; readonly why: string }
  | { readonly kind: 'class'; readonly pairClass: PairClass; readonly why: string }
  | { readonly kind: 'other'; readonly what: string; readonly why: string }

/** `whyNot`: for a planned pair without a counted attempt, what kept its attempts from counting; undefined when it had none. */
export function uncoveredPairs(
  pairs: readonly PlannedPair[],
  tried: ReadonlySet<string>,
  excluded: readonly Excluded[],
  whyNot: (pair: Pair) => string | undefined,
): readonly NotCovered[] {
  const out = new Map(excluded.map((e) => [e.node, e.why]))
  const left = (n: NodeName): string | undefined => (out.has(n) ? `${n} was left out: ${out.get(n)}` : undefined)
  return pairs
    .filter((p) => !tried.has(pairKey(p.pair)))
    .map(({ pair, oracle: { pairClass } }) => ({
      kind: 'pair',
      pair,
      pairClass,
      why: left(pair.from) ?? left(pair.to) ?? whyNot(pair) ?? 'no attempt was made',
    }))
}

/** Declared NAT types that no tried node was measured to have. */
export function uncoveredNats(
  peers: readonly FleetNode[],
  isTried: (node: NodeName) => boolean,
  behavesAsDeclared: (node: FleetNode) => boolean,
): readonly NotCovered[] {
  return [...new Set(peers.map((n) => n.nat))].flatMap((nat): readonly NotCovered[] => {
    const declared = peers.filter((n) => n.nat === nat)
    const gone = declared.filter((n) => !isTried(n.name)).map((n) => `${n.name} was not tried`)
    const other = declared
      .filter((n) => isTried(n.name) && !behavesAsDeclared(n))
      .map((n) => `${n.name} was measured to be something else`)
    return gone.length + other.length < declared.length
      ? []
      : [{ kind: 'nat', nat, why: [...gone, ...other].join('; ') }]
  })
}

/** What the plan's shape, or the lab, leaves out from the start. */
export function uncoveredByPlan(pairs: readonly PlannedPair[], fleet: Fleet): readonly NotCovered[] {
  const missing = pairClasses
    .filter((c) => pairs.every((p) => p.oracle.pairClass !== c))
    .map((pairClass): NotCovered => ({ kind: 'class', pairClass, why: 'the plan has no such pair' }))
  return fleet.lab?.shaping === 'none'
    ? [...missing, { kind: 'other', what: 'delay and loss', why: 'the lab does not shape its links' }]
    : missing
}
