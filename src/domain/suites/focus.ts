/** Which suites each focus asks for; a focus without one is refused in the plan. */
import type { Focus } from '../plan.ts'
import { suiteIds } from './registry.ts'
import type { SuiteId } from './suite.ts'

export const focusSuites: { readonly [F in Focus]: readonly SuiteId[] } = {
  connectivity: ['connectivity'],
  'nat-traversal': ['connectivity'],
  gossip: [],
  throughput: [],
  'full-suite': suiteIds,
}
