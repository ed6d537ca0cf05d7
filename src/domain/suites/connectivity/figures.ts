/**
 * What only connectivity's own section shows: time to connect, relay upgrades, address families, rates of each node.
 */
import type { Pair } from '../../evidence.ts'
import { type FleetNode, type NatKind, type NatMeasurement, type NodeName } from '../../fleet.ts'
import { spread, type Spread } from '../../statistics.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import { shortestPause, type Meeting } from './cooloff.ts'
import type { PlannedPair } from './coverage.ts'
import type { Judgement } from './judge.ts'
import { natName } from './oracle.ts'

export interface NodeResult {
  readonly node: NodeName
  readonly declared: NatKind
  /** In a person's words; null: not measured. */
  readonly measured: string | null
  /** What the user expects of this NAT, per cent: beside the measured rate, never a gate. */
  readonly expectedRate: number | null
  readonly asCallee: { readonly attempts: number; readonly successes: number }
  readonly asCaller: { readonly attempts: number; readonly successes: number }
}

export interface ConnectivityFigures {
  readonly nodes: readonly NodeResult[]
  /** Of successes, by the program's own clock, milliseconds. */
  readonly timeToConnect: Spread
  /**
   * Relayed connections claimed to have become direct; `witnessed`: payload end to end, or packets both ways beside the
   * relay.
   */
  readonly relayUpgrades: { readonly claimed: number; readonly witnessed: number }
  readonly families: { readonly ipv4: number; readonly ipv6: number }
  /**
   * From the end of one attempt to the start of the next of the same two peers, either direction; null when no two met
   * twice.
   */
  readonly shortestPauseMs: number | null
  /** The pause that was asked for; a shorter one is named as not covered. */
  readonly cooloffMs: number
  readonly mixedVersionPairs: readonly Pair[]
}

export function figuresOf(
  run: RunContext,
  pairs: readonly PlannedPair[],
  judgements: readonly Judgement[],
  attempts: Iterable<Meeting>,
  cooloffMs: number,
): ConnectivityFigures {
  const counted = judgements.filter(counts)
  const good = counted.filter((j) => j.outcome === 'success')
  const out = new Set(run.excluded.map((e) => e.node))
  return {
    nodes: run.peers.map((n) => nodeResult(n, run.measurements, counted)),
    timeToConnect: spread(good.flatMap((j) => j.connectMs ?? [])),
    relayUpgrades: {
      claimed: good.filter((j) => j.upgradeClaimed).length,
      witnessed: good.filter(
        (j) => j.upgradeClaimed && j.numbers.delivered.packets > 0 && j.numbers.returned.packets > 0,
      ).length,
    },
    families: { ipv4: counted.filter((j) => !j.ipv6).length, ipv6: counted.filter((j) => j.ipv6).length },
    shortestPauseMs: shortestPause(attempts),
    cooloffMs,
    mixedVersionPairs: pairs
      .map((p) => p.pair)
      .filter(({ from, to }) => !out.has(from) && !out.has(to) && run.deployed[from] !== run.deployed[to]),
  }
}

export function nodeResult(
  n: FleetNode,
  measurements: readonly NatMeasurement[],
  counted: readonly Pick<Judgement, 'subject' | 'outcome'>[],
): NodeResult {
  const m = measurements.find((x) => x.node === n.name)
  const tally = (list: readonly Pick<Judgement, 'outcome'>[]) => ({
    attempts: list.length,
    successes: list.filter((j) => j.outcome === 'success').length,
  })
  return {
    node: n.name,
    declared: n.nat,
    measured: m === undefined ? null : natName(m),
    expectedRate: n.expectedRate ?? null,
    asCallee: tally(counted.filter((j) => j.subject.pair.to === n.name)),
    asCaller: tally(counted.filter((j) => j.subject.pair.from === n.name)),
  }
}
