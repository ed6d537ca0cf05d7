/**
 * Which suites each focus asks for, and which the configuration may ask for by itself; a focus without one is refused
 * in the plan.
 */
import type { Focus } from '../answers.ts'
import type { Profile } from '../profile.ts'
import { suiteIds, suites } from './registry.ts'
import type { SuiteId } from './suite.ts'

/** Suites of one purpose for programs of different kinds: the first that can measure the program is taken. */
type Wanted = readonly [SuiteId, ...SuiteId[]]

const byFocus: { readonly [F in Exclude<Focus, 'full-suite'>]: readonly Wanted[] } = {
  connectivity: [['connectivity', 'observed']],
  'nat-traversal': [['nat-traversal', 'observed']],
  gossip: [['gossip']],
  throughput: [['throughput']],
}

/** A suite of a plan, and whether the focus asks for it: if not, the configuration alone may. */
export interface SuiteAsked {
  readonly id: SuiteId
  readonly byFocus: boolean
}

/** In the order in which they run: what nobody asks for plans nothing. */
export function suitesFor(focus: Focus, profile: Profile): readonly SuiteAsked[] {
  const asked = new Set(wantedBy(focus, profile).map((wanted) => chosen(wanted, profile)))
  return suiteIds.map((id) => ({ id, byFocus: asked.has(id) }))
}

/** `full-suite`: every other focus that the profile has, and through a soak the connections that it keeps. */
const wantedBy = (focus: Focus, profile: Profile): readonly Wanted[] =>
  focus === 'full-suite'
    ? [
        ...Object.entries(byFocus).flatMap(([name, wanted]) => (profile.focuses.includes(name) ? wanted : [])),
        ...(profile.survival === null ? [] : [['survival'] as const]),
      ]
    : byFocus[focus]

const chosen = (wanted: Wanted, profile: Profile): SuiteId =>
  wanted.find((id) => suites[id].unable(profile) === null) ?? wanted[0]

/** Whether any focus can say anything of this program. */
export const isMeasurable = (profile: Profile): boolean =>
  Object.values(byFocus).some((all) => all.flat().some((id) => suites[id].unable(profile) === null))
