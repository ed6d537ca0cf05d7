/**
 * Which suites each focus asks for, and which the configuration asks for by itself; a focus without one is refused in
 * the plan.
 */
import type { Focus } from '../plan.ts'
import type { Profile } from '../profile.ts'
import { suiteIds, suites } from './registry.ts'
import type { SuiteId } from './suite.ts'

/** Run with any focus: nobody's choice of what to measure takes back what the configuration asks for. */
const byConfiguration: readonly SuiteId[] = ['command']

const measuring = suiteIds.filter((id) => !byConfiguration.includes(id))

const byFocus: { readonly [F in Focus]: readonly SuiteId[] } = {
  connectivity: ['connectivity'],
  'nat-traversal': ['connectivity'],
  gossip: [],
  throughput: [],
  'full-suite': measuring,
}

/** In the order in which they run. */
export const suitesOf = (focus: Focus): readonly SuiteId[] => [...byFocus[focus], ...byConfiguration]

/** Whether any focus can say anything of this program. */
export const isMeasurable = (profile: Profile): boolean => measuring.some((id) => suites[id].unable(profile) === null)
