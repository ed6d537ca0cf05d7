/** Every suite by its id; the compiler names a missing one. */
import { command } from './command/suite.ts'
import { connectivity } from './connectivity/suite.ts'
import { gossip } from './gossip/suite.ts'
import { survival } from './survival/suite.ts'
import { natTraversal } from './nat-traversal/suite.ts'
import { observed } from './observed/suite.ts'
import { throughput } from './throughput/suite.ts'
import type { Suite, SuiteId } from './suite.ts'

export const suites: { readonly [Id in SuiteId]: Suite<Id> } = {
  // Before anything that could disturb what was kept.
  survival,
  connectivity,
  'nat-traversal': natTraversal,
  observed,
  gossip,
  throughput,
  command,
}

export const suiteIds = Object.keys(suites) as readonly SuiteId[]
