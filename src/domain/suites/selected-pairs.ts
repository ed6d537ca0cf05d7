/** Which pairs of a suite are left where a plan is limited to some. */
import type { Pair } from '../evidence.ts'

/** Absent: every pair. */
export type OnlyPairs = readonly Pair[] | undefined

/** Of those that a suite has, the ones that are selected, in the suite's order. */
export const selectedOf = <P extends { readonly pair: Pair }>(all: readonly P[], only: OnlyPairs): readonly P[] =>
  only === undefined ? all : all.filter(({ pair }) => isSelected(pair, only))

export const isSelected = ({ from, to }: Pair, only: OnlyPairs): boolean =>
  only === undefined || only.some((o) => o.from === from && o.to === to)
