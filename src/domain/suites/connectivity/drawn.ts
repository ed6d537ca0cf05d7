/** Which of a fleet's pairs are tried: all of a small one, a sample of a large one. */
import type { FleetNode, NatMeasurement, NodeName } from '../../fleet.ts'
import type { NotCovered } from '../../not-covered.ts'
import { drawnText, samplePairs, type Sampling } from '../sampled.ts'
import { selectedOf, type OnlyPairs } from '../selected-pairs.ts'
import { plannedPairs, type PlannedPair } from './coverage.ts'
import { asDeclared, natName } from './oracle.ts'

export interface DrawnPairs {
  readonly pairs: readonly PlannedPair[]
  /** Of the fleet, before a sample was drawn, or pairs were selected. */
  readonly all: readonly PlannedPair[]
  /** The fleet is large, and its pairs were drawn. */
  readonly sampled: boolean
}

interface Drawing {
  readonly sampling: Sampling
  readonly targets: { readonly sampleFloor: number }
  readonly only?: OnlyPairs
}

export function drawnPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
  { sampling, targets, only }: Drawing,
  wanted: (pair: PlannedPair) => boolean = () => true,
): DrawnPairs {
  const all = plannedPairs(peers, measurements).filter(wanted)
  if (only !== undefined) return { pairs: selectedOf(all, only), all, sampled: false }
  const names = peers.map((n) => n.name)
  const kinds = {
    natOf: natNameIn(peers, measurements),
    classOf: (p: PlannedPair) => p.oracle.pairClass,
    sampleFloor: targets.sampleFloor,
  }
  const pairs = samplePairs(names, all, kinds, sampling)
  return { pairs, all, sampled: pairs.length < all.length }
}

/** What each node's NAT is called: as it was measured, as it is declared where it was not. */
export function natNameIn(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
): (node: NodeName) => string {
  const measured = new Map(measurements.map((m) => [m.node, m]))
  const names = new Map(peers.map((n) => [n.name, natName(measured.get(n.name) ?? asDeclared(n))]))
  return (node) => names.get(node) ?? ''
}

/** With an end that was left out a pair cannot be dialled; it stays in the sample, and is not covered. */
export const amongst = (there: readonly NodeName[]): ((pair: PlannedPair) => boolean) => {
  const nodes = new Set(there)
  return ({ pair }) => nodes.has(pair.from) && nodes.has(pair.to)
}

export function undrawnPairs({ pairs, all, sampled }: DrawnPairs, { beyondNodes }: Sampling): readonly NotCovered[] {
  if (!sampled) return []
  return drawnText(pairs.length, all.length).map((text) => ({
    kind: 'other',
    what: `${all.length - pairs.length} of ${all.length} pairs`,
    why: `of more than ${beyondNodes} nodes pairs are drawn: ${text}`,
  }))
}
