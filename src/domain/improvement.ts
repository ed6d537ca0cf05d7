/** Each group of a test against the same group of an earlier session, attempt beside attempt (docs/verdict.md). */
import type { SessionBaseline } from './baseline.ts'
import { pairedDifference, quantileOf, type PairedTries } from './difference.ts'
import { counterparts, outcomesIn, outcomesOf, type Counterparts } from './outcomes.ts'
import { smallestDrop } from './smallest-drop.ts'
import type { Interval } from './statistics.ts'
import { resultsOf, type SuiteResults } from './suites/suite.ts'

export interface GroupImprovement {
  readonly suite: string
  readonly group: string
  /** Attempts that have a counterpart, and were counted on both sides. */
  readonly attempts: number
  readonly now: number
  readonly before: number
  /** Attempts of either side without a counterpart: not compared. */
  readonly alone: number
  /** Rate now minus rate before, -1..1. */
  readonly difference: number
  readonly interval: Interval
  /** From the rate before, with 80 % power; null: none would have been found. */
  readonly smallestDrop: number | null
  readonly judged: 'better' | 'worse' | 'no difference' | 'undecided' | 'too few'
}

export interface ImprovementResult {
  /** Null: there is none. */
  readonly session: string | null
  readonly at: number | null
  /** Of each interval: of all together 95 %. */
  readonly level: number
  readonly groups: readonly GroupImprovement[]
}

export function improvementOf(results: SuiteResults, baseline: SessionBaseline): ImprovementResult {
  const outcomes = outcomesOf(results)
  const all = resultsOf(results).flatMap(({ suite, groups }) =>
    groups.flatMap(({ name: group, terms }) => {
      const [now, before] = [outcomesIn(outcomes, suite, group), outcomesIn(baseline.outcomes, suite, group)]
      return now === null || before === null
        ? []
        : [{ suite, group, floor: Math.max(1, terms.sampleFloor), of: counterparts(now, before) }]
    }),
  )
  const level = confidenceOf(all.length)
  const z = quantileOf(level)
  return {
    session: baseline.session,
    at: baseline.at,
    level,
    groups: all.map(({ suite, group, floor, of }) => {
      const judged = comparedBy(of, floor, z)
      const { attempts, before } = judged
      const drop = attempts === 0 ? null : smallestDrop(before / attempts, attempts, z)
      return { suite, group, ...judged, smallestDrop: drop }
    }),
  }
}

/** One of several intervals misses more often than each: Bonferroni keeps all of them together at 95 %. */
export const confidenceOf = (groups: number): number => 1 - 0.05 / Math.max(1, groups)

/** One group; `z`: of the interval's level. */
export function comparedBy(
  { pairs, alone }: Counterparts,
  floor: number,
  z: number,
): Omit<GroupImprovement, 'suite' | 'group' | 'smallestDrop'> {
  const counted = pairs.filter(([now, before]) => now !== '?' && before !== '?')
  const table = tableOf(counted, '0', '0')
  const [now, before] = [table.both + table.onlyNow, table.both + table.onlyBefore]
  const interval = pairedDifference(table, z)
  // What was not counted may have been anything: only what holds at worst and at best is said.
  const worst = pairedDifference(tableOf(pairs, '0', '1'), z)
  const best = pairedDifference(tableOf(pairs, '1', '0'), z)
  return {
    attempts: counted.length,
    now,
    before,
    alone,
    difference: counted.length === 0 ? 0 : (now - before) / counted.length,
    interval,
    judged: judgedOf(counted.length, floor, worst, best),
  }
}

function judgedOf(attempts: number, floor: number, worst: Interval, best: Interval): GroupImprovement['judged'] {
  if (attempts < floor) return 'too few'
  if (worst.low > 0) return 'better'
  if (best.high < 0) return 'worse'
  return worst.high < 0 || best.low > 0 ? 'undecided' : 'no difference'
}

/** `now`, `before`: what an attempt that was not counted is taken for. */
function tableOf(pairs: Counterparts['pairs'], now: string, before: string): PairedTries {
  const table = { both: 0, onlyNow: 0, onlyBefore: 0, neither: 0 }
  for (const [a, b] of pairs) {
    const [won, had] = [(a === '?' ? now : a) === '1', (b === '?' ? before : b) === '1']
    table[won ? (had ? 'both' : 'onlyNow') : had ? 'onlyBefore' : 'neither']++
  }
  return table
}

/** Never said without it: how large a difference could have stayed unseen. */
export const dropText = ({ smallestDrop: drop }: Pick<GroupImprovement, 'smallestDrop'>): string =>
  drop === null
    ? 'with as few attempts no drop would have been found with 80 % power'
    : `a drop of ${points(drop, Math.ceil)} points or more would have been found with 80 % power`

/** `+12.5 points (−1.2 to +25.9)`. */
export const differenceText = ({ difference, interval }: Pick<GroupImprovement, 'difference' | 'interval'>): string =>
  `${signed(difference, Math.round)} points (${signed(interval.low, Math.floor)} to ${signed(interval.high, Math.ceil)})`

const points = (share: number, round: (n: number) => number): string => (round(share * 1000 - 1e-9) / 10).toString()

/** Rounded outwards, but never over nothing: what is shown to differ reads so. */
function signed(share: number, round: (n: number) => number): string {
  const rounded = round(share * 1000) / 10
  const value = share !== 0 && Math.sign(rounded) !== Math.sign(share) ? 0.1 * Math.sign(share) : rounded
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${Math.abs(value)}`
}
