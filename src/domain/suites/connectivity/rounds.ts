/** Which rounds a test dials: a function of its peers, of what their NATs were measured to be, and of the plan. */
import { bootstrapsOf, peersOf, type Fleet, type NatMeasurement, type NodeName } from '../../fleet.ts'
import type { ConnectivityWork } from './config.ts'
import { isSelected, selectedOf } from '../selected-pairs.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from './coverage.ts'
import { pairKey, timetable, type Round } from './timetable.ts'

/** `there`: nodes of the plan that were not left out. */
export function plannedRounds(
  fleet: Fleet,
  there: readonly NodeName[],
  measurements: readonly NatMeasurement[],
  { targets, only, known = [] }: Pick<ConnectivityWork, 'targets' | 'only' | 'known'>,
): readonly Round[] {
  const peers = peersOf(fleet).filter((n) => there.includes(n.name))
  const pairs = plannedPairs(peers, measurements)
  return timetable({
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: bootstrapsOf(fleet).map((n) => n.name),
    repetitions: new Map([
      ...pairs.filter(({ pair }) => !isSelected(pair, only)).map(({ pair }) => [pairKey(pair), 0] as const),
      ...repetitionsFor(
        selectedOf(pairs, only).filter(({ pair }) => !isSelected(pair, known)),
        targets.sampleFloor,
      ),
    ]),
  })
}
