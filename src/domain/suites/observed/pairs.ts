/** Which pairs a window shows: of two peers one, in the direction that their NATs make easier. */
import type { FleetNode, NatMeasurement } from '../../fleet.ts'
import { amount } from '../../text.ts'
import { plannedPairs, type PlannedPair } from '../connectivity/coverage.ts'
import { pairClasses, type PairClass } from '../connectivity/oracle.ts'
import { pairKey } from '../connectivity/timetable.ts'
import { isSelected, type OnlyPairs } from '../selected-pairs.ts'

/** Nobody is told to dial, so nobody knows which of the two did: what one connection shows counts once. */
export function observedPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
  only?: OnlyPairs,
): readonly PlannedPair[] {
  const all = new Map(plannedPairs(peers, measurements).map((p) => [pairKey(p.pair), p]))
  return peers.flatMap((a, i) =>
    peers.slice(i + 1).flatMap((b) => {
      const ends = [
        { from: a.name, to: b.name },
        { from: b.name, to: a.name },
      ]
      if (!ends.some((pair) => isSelected(pair, only))) return []
      const both = ends.flatMap((pair) => all.get(pairKey(pair)) ?? [])
      return both.toSorted((x, y) => rank(x.oracle.pairClass) - rank(y.oracle.pairClass)).slice(0, 1)
    }),
  )
}

const rank = (c: PairClass): number => pairClasses.indexOf(c)

/** As many as the smallest class needs for its sample floor; each window shows each pair once. */
export const windowsFor = (pairs: readonly PlannedPair[], sampleFloor: number): number =>
  windowsOf(pairs, sampleFloor)[0]?.windows ?? 0

/** The class that asks for the most windows first. */
const windowsOf = (pairs: readonly PlannedPair[], sampleFloor: number) =>
  pairClasses
    .map((name) => ({ name, size: pairs.filter((p) => p.oracle.pairClass === name).length }))
    .filter(({ size }) => size > 0)
    .map((c) => ({ ...c, windows: Math.ceil(sampleFloor / c.size) }))
    .toSorted((a, b) => b.windows - a.windows)

/** Which class asks for more windows than the others, what these take, and what of the configuration says so. */
export function whyWindows(pairs: readonly PlannedPair[], sampleFloor: number, secondsEach: number): string | null {
  const [most, next] = windowsOf(pairs, sampleFloor)
  if (most === undefined || most.windows <= (next?.windows ?? 1)) return null
  const more = most.windows - (next?.windows ?? 1)
  return `class ${most.name} has ${amount(most.size, 'pair')} and asks for ${most.windows} windows by tests.connectivity.sample_floor: ${sampleFloor}, ${more} more than any other class, ${more * secondsEach} s`
}
