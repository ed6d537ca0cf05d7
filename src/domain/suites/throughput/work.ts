/** What the suite of throughput is to do, what it writes down of each round, and what a transfer is judged to be. */
import type { Pair, Read, RoundEvidence } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { ConnectivityWork } from '../connectivity/config.ts'
import type { Judgement } from '../connectivity/judge.ts'
import type { Series } from '../connectivity/series.ts'
import type { Arrival, Rate } from './rate.ts'

/** As the plan has it. */
export interface ThroughputWork extends Pick<ConnectivityWork, 'cooloffSeconds' | 'timeoutSeconds' | 'only'> {
  readonly minMbps: number
  /** Of each transfer. */
  readonly bytes: number
  /** Of our own, each time that a link is asked what it carries. */
  readonly linkBytes: number
  readonly sampleFloor: number
  readonly coverage: number
}

/** Our own datagrams over one leg of a path, at twice the rate that is asked of the program. */
export interface LinkLeg {
  readonly from: NodeName
  readonly to: NodeName
  readonly pouredBytes: Read<number>
  readonly drained: Read<{ readonly packets: number; readonly bytes: number; readonly micros: number }>
}

/** The bare link of a pair, right before its transfer, and right after one that was slow. */
export interface LinkLook {
  readonly pair: Pair
  readonly when: 'before' | 'after'
  readonly legs: readonly LinkLeg[]
}

/** One line of evidence. */
export interface ThroughputRound extends RoundEvidence {
  /** What arrived at each callee's port, read again and again during the transfer. */
  readonly arrivals: Readonly<Record<NodeName, Read<readonly Arrival[]>>>
  readonly links: readonly LinkLook[]
}

export interface ThroughputSample extends Omit<Judgement, 'group'> {
  readonly group: string
  readonly rate: Rate | null
  readonly bytes: number
  /** What the bare link carried, megabits a second: before, and after where it was asked again. */
  readonly link: { readonly before: number | null; readonly after: number | null }
}

export interface ThroughputFigures {
  readonly pairs: { readonly planned: number; readonly possible: number; readonly natCells: number }
}

export const throughputSeries: Series = { prefix: 'rate-', ports: [32_001, 32_700] }
