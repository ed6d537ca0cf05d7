/** What failing pairs have in common, in sentences: the first look of anybody who reads a matrix. */
import type { FailedSubject } from './symptoms.ts'

type Pairs = readonly (readonly [from: string, to: string])[]

interface End {
  readonly what: string
  readonly of: (pair: readonly [string, string]) => readonly string[]
}

const ends: readonly End[] = [
  { what: 'as caller', of: ([from]) => [from] },
  { what: 'as callee', of: ([, to]) => [to] },
  { what: 'at one end', of: (pair) => pair },
]

export const pairsOf = (failing: readonly FailedSubject[]): Pairs =>
  failing.flatMap(({ from, to }) => (from === null || to === null ? [] : [[from, to] as const]))

/** `saorsa-10 as caller`, with whether every pair that has it there failed. */
export interface Shared {
  readonly node: string
  readonly what: string
  /** No pair with it there succeeded. */
  readonly always: boolean
}

/** The narrowest first; nothing where one pair failed, which has everything in common with itself. */
export function sharedEnds(pairs: Pairs, succeeded: Pairs): readonly Shared[] {
  if (pairs.length < 2) return []
  for (const { what, of } of ends) {
    const common = pairs.map(of).reduce((all, next) => all.filter((node) => next.includes(node)))
    if (common.length > 0)
      return common.map((node) => ({ node, what, always: !succeeded.some((pair) => of(pair).includes(node)) }))
  }
  return []
}

export function sharedBy(failing: readonly FailedSubject[], succeeded: Pairs): readonly string[] {
  const pairs = pairsOf(failing)
  const groups = new Set(failing.map((f) => f.group))
  const [group] = groups
  return [
    ...sharedEnds(pairs, succeeded).map(
      ({ node, what, always }) =>
        `all ${pairs.length} failing pairs have ${node} ${what}${always ? ', and no pair with it there succeeded' : ''}`,
    ),
    ...(failing.length > 1 && groups.size === 1 && group !== undefined ? [`all that fails is of ${group}`] : []),
  ]
}
