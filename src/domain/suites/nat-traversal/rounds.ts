/** Which pairs have a NAT in the way, and in which rounds they dial: a function of measured NATs and of the plan. */
import type { Pair } from '../../evidence.ts'
import { bootstrapsOf, peersOf, type Fleet, type FleetNode, type NatMeasurement, type NodeName } from '../../fleet.ts'
import { plannedPairs, relayPairsOf, repetitionsFor, type PlannedPair } from '../connectivity/coverage.ts'
import { amongst, drawnPairs, natNameIn, type DrawnPairs } from '../connectivity/drawn.ts'
import { asDeclared } from '../connectivity/oracle.ts'
import type { Present } from '../connectivity/rounds.ts'
import { pairKey, timetable } from '../connectivity/timetable.ts'
import { isSelected, type OnlyPairs } from '../selected-pairs.ts'
import type { NatRounds, NatTraversalWork } from './work.ts'

export interface NatPairs extends DrawnPairs {
  readonly behindNat: readonly NodeName[]
  readonly nameOf: (node: NodeName) => string
}

/** Both ways of each two peers of which one is behind a NAT or a filter. */
export function natPairs(
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
  work: Pick<NatTraversalWork, 'targets' | 'sampling' | 'only'>,
): NatPairs {
  const measured = new Map(measurements.map((m) => [m.node, m]))
  const nats = new Map(peers.map((n) => [n.name, measured.get(n.name) ?? asDeclared(n)]))
  const behind = (node: NodeName): boolean => {
    const nat = nats.get(node)
    return nat !== undefined && (nat.mapping !== 'none' || nat.filtering !== 'EIF')
  }
  const concerned = ({ pair }: PlannedPair): boolean => behind(pair.from) || behind(pair.to)
  return {
    ...drawnPairs(peers, measurements, work, concerned),
    behindNat: peers.map((n) => n.name).filter(behind),
    nameOf: natNameIn(peers, measurements),
  }
}

export function natRounds(
  fleet: Fleet,
  { planned, there }: Present,
  measurements: readonly NatMeasurement[],
  work: Pick<NatTraversalWork, 'targets' | 'rebinding' | 'sampling' | 'only'>,
): readonly NatRounds[] {
  const all = peersOf(fleet).filter((n) => planned.includes(n.name))
  const drawn = natPairs(all, measurements, work)
  const peers = all.filter((n) => there.includes(n.name))
  const pairs = drawn.pairs.filter(amongst(there))
  const behindNat = drawn.behindNat.filter((n) => there.includes(n))
  const base = {
    peers: peers.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: bootstrapsOf(fleet).map((n) => n.name),
    ...(drawn.sampled ? { atOnce: Math.max(1, Math.floor(work.sampling.beyondNodes / 2)) } : {}),
  }
  const wanted = repetitionsFor(pairs, work.targets.sampleFloor)
  const every = plannedPairs(peers, measurements)
  const timesOf = (times: (pair: Pair) => number): ReadonlyMap<string, number> =>
    new Map(every.map(({ pair }) => [pairKey(pair), times(pair)]))
  const inTurn = timetable({ ...base, repetitions: timesOf((pair) => wanted.get(pairKey(pair)) ?? 0) })
  // One way of each two stands for both: the other is dialled in the same round.
  const both = new Set(pairs.map(({ pair }) => pairKey(pair)))
  const one = (pair: Pair): boolean => both.has(pairKey(pair)) && both.has(pairKey(turned(pair))) && pair.from < pair.to
  const simultaneous = timetable({ ...base, repetitions: timesOf((pair) => (one(pair) ? 1 : 0)) }).map((round) =>
    round.flatMap((pair) => [pair, turned(pair)]),
  )
  const calls = fromOpenNodes(base.peers, behindNat)
    .map((round) => round.filter((pair) => isSelected(pair, work.only)))
    .filter((round) => round.length > 0)
  return [
    { order: 'in-turn' as const, rounds: inTurn },
    { order: 'simultaneous' as const, rounds: simultaneous },
    { order: 'rebound' as const, rounds: work.rebinding ? calls : [] },
    { order: 'rested' as const, rounds: calls },
  ].filter(({ rounds }) => rounds.length > 0)
}

const turned = ({ from, to }: Pair): Pair => ({ from: to, to: from })

/** Nodes that are called after a NAT forgot, or a rest. */
export const calledNodes = (
  { behindNat }: Pick<NatPairs, 'behindNat'>,
  peers: readonly FleetNode[],
  only: OnlyPairs,
): number =>
  only === undefined
    ? behindNat.length
    : fromOpenNodes(
        peers.map((n) => n.name),
        behindNat,
      )
        .flat()
        .filter((pair) => isSelected(pair, only)).length

/** Each node behind a NAT is dialled once by a node that is not; each of these dials one at a time. */
function fromOpenNodes(peers: readonly NodeName[], behindNat: readonly NodeName[]): readonly (readonly Pair[])[] {
  const open = peers.filter((n) => !behindNat.includes(n))
  if (open.length === 0) return []
  const rounds: Pair[][] = []
  behindNat.forEach((to, i) => {
    const round = Math.floor(i / open.length)
    const from = open[i % open.length]
    if (from !== undefined) (rounds[round] ??= []).push({ from, to })
  })
  return rounds
}
