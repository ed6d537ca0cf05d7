/** Every suite's acting half by its id; the compiler names a missing one. */
import type { SuiteId } from '../domain/suites/suite.ts'
import type { Runner } from './bench.ts'
import { command } from './command.ts'
import { connectivity } from './connectivity.ts'
import { gossip } from './gossip.ts'
import { survival } from './survival.ts'
import { natTraversal } from './nat-traversal.ts'
import { observed } from './observed.ts'
import { throughput } from './throughput.ts'

export const runners: { readonly [Id in SuiteId]: Runner<Id> } = {
  connectivity,
  'nat-traversal': natTraversal,
  observed,
  survival,
  gossip,
  throughput,
  command,
}
