/** Samples that one rate is told of: how many there were, and what a criterion made of them. */
import type { Count } from '../counts.ts'
import { wilson, type Interval } from '../statistics.ts'
import { counts, sampleKey, type Grade, type Sample, type Subject } from './sample.ts'

/** What a group must reach under criteria `threshold`, and what must have been measured before it may count. */
export interface Terms {
  /** Per cent. */
  readonly target: number
  /** Samples that a group needs before it counts (spec §3). */
  readonly sampleFloor: number
  /** Share of the planned subjects that must have been tried, per cent. */
  readonly coverage: number
  /** Compare the Wilson interval's lower bound instead of the point estimate. */
  readonly strict: boolean
}

/** A group as the plan has it. */
export interface Group {
  readonly name: string
  readonly of: Subject['kind']
  /** Subjects that the plan names. */
  readonly planned: number
  readonly terms: Terms
  /** What one more attempt takes, roughly, with the rest before it. */
  readonly secondsEach: number
}

/**
 * `attempts` are counted samples: witnessed, no fault of ours. At a checkpoint `successes` are with those that were
 * recovered.
 */
export interface Tally extends Group, Count {
  /** Neither success nor failure, and no repetition stands for them. */
  readonly notCounted: number
  /** Counted as failures, though what their retry at a checkpoint would have shown is not known. */
  readonly retriesUnseen: number
  /** 0..1; null when nothing was counted. */
  readonly rate: number | null
  /** Wilson, 95 %. */
  readonly interval: Interval
  /** Grades of the counted samples. */
  readonly grades: Readonly<Record<Grade | 'none', number>>
}

export interface GroupResult extends Tally {
  /** Per cent; null: the criterion names none. */
  readonly target: number | null
  /** Null: too little was measured to say, or what was not counted decides. */
  readonly met: boolean | null
}

export function tally(group: Group, samples: readonly Sample[]): Tally {
  const all = samples.filter((s) => s.group === group.name)
  const counted = all.filter(counts)
  const recovered = counted.filter((s) => s.recovered === true).length
  const [attempts, successes] = [counted.length, counted.filter((s) => s.outcome === 'success').length + recovered]
  const grades = { A: 0, B: 0, C: 0, D: 0, none: 0 }
  for (const s of counted) grades[s.grade ?? 'none']++
  return {
    ...group,
    tried: new Set(counted.map(sampleKey)).size,
    attempts,
    successes,
    recovered,
    notCounted: all.filter((s) => !counts(s) && s.repeatedBy === undefined).length,
    retriesUnseen: counted.filter((s) => s.retryUnseen === true).length,
    rate: attempts === 0 ? null : successes / attempts,
    interval: wilson(successes, attempts),
    grades,
  }
}
