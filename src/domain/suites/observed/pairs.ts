/** Which pairs a window shows: of two peers one, in the direction that their NATs make easier. */
import type { FleetNode, NatMeasurement } from '../../fleet.ts'
import { plannedPairs, type PlannedPair } from '../connectivity/coverage.ts'
import { pairClasses, type PairClass } from '../connectivity/oracle.ts'

/** Nobody is told to dial, so nobody knows which of the two did: what one connection shows counts once. */
export function observedPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
): readonly PlannedPair[] {
  const all = plannedPairs(peers, measurements)
  return peers.flatMap((a, i) =>
    peers.slice(i + 1).flatMap((b) => {
      const both = all.filter(({ pair: { from, to } }) => [from, to].every((n) => n === a.name || n === b.name))
      return both.toSorted((x, y) => rank(x.oracle.pairClass) - rank(y.oracle.pairClass)).slice(0, 1)
    }),
  )
}

const rank = (c: PairClass): number => pairClasses.indexOf(c)

/** As many as the smallest class needs for its sample floor; each window shows each pair once. */
export function windowsFor(pairs: readonly PlannedPair[], sampleFloor: number): number {
  const sizes = pairClasses.map((c) => pairs.filter((p) => p.oracle.pairClass === c).length).filter((n) => n > 0)
  return sizes.length === 0 ? 0 : Math.max(...sizes.map((n) => Math.ceil(sampleFloor / n)))
}
