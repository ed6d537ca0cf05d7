/** Which collectors each proof method asks for; the compiler names a missing one. */
import type { ProofKind } from '../domain/plan.ts'
import type { Collector } from './collector.ts'
import { collectLogs } from './logs.ts'
import { registry } from './registry.ts'

/** A person who verifies reads the same evidence; metrics are not asked for in this version. */
export const collectors: { readonly [P in ProofKind]: readonly Collector[] } = {
  logs: [collectLogs, registry],
  metrics: [collectLogs, registry],
  'manual-verify': [collectLogs, registry],
  'all-evidence': [collectLogs, registry],
}
