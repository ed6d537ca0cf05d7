/** What failing pairs have in common, in sentences: the first look of anybody who reads a matrix. */
import type { Common, FailedSubject, NodeSymptoms } from './symptoms.ts'

type Pairs = readonly (readonly [from: string, to: string])[]
type Nodes = readonly Pick<NodeSymptoms, 'node' | 'nat' | 'provider' | 'region'>[]

interface End {
  readonly what: string
  readonly of: (pair: readonly [string, string]) => readonly string[]
}

/** The narrowest first. */
const ends: readonly End[] = [
  { what: 'as caller', of: ([from]) => [from] },
  { what: 'as callee', of: ([, to]) => [to] },
  { what: 'at one end', of: (pair) => pair },
]

export const pairsOf = (failing: readonly FailedSubject[]): Pairs =>
  failing.flatMap(({ from, to }) => (from === null || to === null ? [] : [[from, to] as const]))

/** Of the pairs' nodes a property; that a single node has it says no more than its name. */
const kinds = ['nat', 'provider', 'region'] as const

/** Nothing where one pair failed, which has everything in common with itself. */
export function commonOf(failing: readonly FailedSubject[], succeeded: Pairs, nodes: Nodes = []): readonly Common[] {
  const pairs = pairsOf(failing)
  const found = [
    ...inCommon(pairs, succeeded, (node) => [node]).map((c) => ({ ...c, by: 'node' as const })),
    ...kinds.flatMap((by) => {
      const values = new Map(nodes.map((n) => [n.node, n[by]]))
      // That a node has none is no type that it has in common with others.
      const telling = (value: string): boolean =>
        value !== '' && value !== 'no NAT' && new Set(values.values()).size > 1 && several(nodes, by, value)
      const told = (node: string): readonly string[] => [values.get(node) ?? ''].filter(telling)
      return inCommon(pairs, succeeded, told).map((c) => ({ ...c, by }))
    }),
  ]
  const groups = new Set(failing.map((f) => f.group))
  const [group] = groups
  return [
    ...found,
    ...(failing.length > 1 && groups.size === 1 && group !== undefined
      ? [{ by: 'group', value: group, what: '', always: false } as const]
      : []),
    ...(pairs.length > 1 && pairs.every(([from, to]) => succeeded.some(([a, b]) => a === to && b === from))
      ? [{ by: 'direction', value: '', what: '', always: false } as const]
      : []),
  ]
}

const several = (nodes: Nodes, by: (typeof kinds)[number], value: string): boolean =>
  nodes.filter((n) => n[by] === value).length > 1

/** In the narrowest way in which there is something. */
function inCommon(
  pairs: Pairs,
  succeeded: Pairs,
  values: (node: string) => readonly string[],
): readonly Pick<Common, 'value' | 'what' | 'always'>[] {
  if (pairs.length < 2) return []
  for (const { what, of } of ends) {
    const valuesOf = (pair: readonly [string, string]): readonly string[] => of(pair).flatMap(values)
    const common = [...new Set(pairs.map(valuesOf).reduce((all, next) => all.filter((v) => next.includes(v))))]
    if (common.length > 0)
      return common.map((value) => ({ value, what, always: !succeeded.some((pair) => valuesOf(pair).includes(value)) }))
  }
  return []
}

/** As a person says it; `several`: what is counted. */
export const commonText = (c: Common, several: number): string => {
  const all = `all ${several} failing pairs`
  switch (c.by) {
    case 'node':
      return `${all} have ${c.value} ${c.what}${c.always ? ', and no pair with it there succeeded' : ''}`
    case 'group':
      return `all that fails is of ${c.value}`
    case 'direction':
      return `${all} succeed the other way round`
    default:
      return `${all} have ${words[c.by]} ${c.value} ${c.what}${c.always ? ', and no pair with that there succeeded' : ''}`
  }
}

const words = { nat: 'NAT type', provider: 'provider', region: 'region' } as const

export const sharedBy = (failing: readonly FailedSubject[], succeeded: Pairs, nodes: Nodes = []): readonly string[] =>
  commonOf(failing, succeeded, nodes).map((c) => commonText(c, pairsOf(failing).length))
