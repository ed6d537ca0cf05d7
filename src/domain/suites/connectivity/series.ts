/** Dials of one suite: their ids and local ports are no other suite's, so that no record or mapping is taken for another. */
import type { Pair } from '../../evidence.ts'

export interface Series {
  /** Before the round's number in an id. */
  readonly prefix: string
  /** Local ports, below the ephemeral range: lowest and highest. */
  readonly ports: readonly [number, number]
}

export const connectivitySeries: Series = { prefix: '', ports: [10_500, 20_900] }

/** Of pairs that are tried once more with a capture: none of it is taken for an attempt that counts. */
export const captureSeries: Series = { prefix: 'capture-', ports: [20_901, 20_999] }

/** Unique in a session's test. */
export const attemptId = (test: number, { prefix }: Series, round: number, { from, to }: Pair): string =>
  `${test}.${prefix}${round}.${from}.${to}`
