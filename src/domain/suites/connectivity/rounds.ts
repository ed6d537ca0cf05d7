/** Which rounds a test dials: a function of its peers, of what their NATs were measured to be, and of the plan. */
import { bootstrapsOf, peersOf, type Fleet, type NatMeasurement, type NodeName } from '../../fleet.ts'
import type { ConnectivityWork } from './config.ts'
import { isSelected } from '../selected-pairs.ts'
import { relayPairsOf, repetitionsFor } from './coverage.ts'
import { amongst, drawnPairs, type DrawnPairs } from './drawn.ts'
import { pairKey, timetable, type Round } from './timetable.ts'

/** `planned`: nodes of the plan; `there`: those that were not left out. */
export interface Present {
  readonly planned: readonly NodeName[]
  readonly there: readonly NodeName[]
}

export function plannedRounds(
  fleet: Fleet,
  { planned, there }: Present,
  measurements: readonly NatMeasurement[],
  work: Pick<ConnectivityWork, 'targets' | 'sampling' | 'only' | 'known'>,
): readonly Round[] {
  const peers = peersOf(fleet).filter((n) => planned.includes(n.name))
  const drawn = drawnPairs(peers, measurements, work)
  const here = peers.map((n) => n.name).filter((n) => there.includes(n))
  return roundsOf(fleet, here, drawn, work)
}

/** As many pairs at once as a fleet that is not sampled has at most, or as a round robin has. */
export function roundsOf(
  fleet: Fleet,
  here: readonly NodeName[],
  { pairs, all, sampled }: DrawnPairs,
  { targets, sampling, known = [] }: Pick<ConnectivityWork, 'targets' | 'sampling' | 'known'>,
): readonly Round[] {
  const present = pairs.filter(amongst(here))
  const chosen = new Set(present.map(({ pair }) => pairKey(pair)))
  return timetable({
    peers: here,
    relayPairs: relayPairsOf(present),
    relayNodes: bootstrapsOf(fleet).map((n) => n.name),
    // A pair that is known to fail is tried once, and the floor is reached without it.
    repetitions: new Map([
      ...all.map(({ pair }) => [pairKey(pair), chosen.has(pairKey(pair)) ? 1 : 0] as const),
      ...repetitionsFor(
        present.filter(({ pair }) => !isSelected(pair, known)),
        targets.sampleFloor,
      ),
    ]),
    ...(sampled ? { atOnce: Math.max(1, Math.floor(sampling.beyondNodes / 2)) } : {}),
  })
}
