/** Which collectors each proof method asks for; the compiler names a missing one. */
import type { ProofKind } from '../domain/plan.ts'
import type { Collector } from './collector.ts'
import { collectLogs } from './logs.ts'
import { metrics, metricsBefore } from './metrics.ts'
import { registry } from './registry.ts'

/** At the end of a test. A person who verifies reads all evidence. */
export const collectors: { readonly [P in ProofKind]: readonly Collector[] } = {
  logs: [collectLogs, registry],
  metrics: [collectLogs, registry, metrics],
  'manual-verify': [collectLogs, registry, metrics],
  'all-evidence': [collectLogs, registry, metrics],
}

/** Before its first packet. */
export const collectorsBefore: { readonly [P in ProofKind]: readonly Collector[] } = {
  logs: [],
  metrics: [metricsBefore],
  'manual-verify': [metricsBefore],
  'all-evidence': [metricsBefore],
}
