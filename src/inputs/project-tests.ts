/** What a project file says of its tests, as the configuration holds it. */
import type * as z from 'zod'
import type { ProjectConfig } from '../domain/project.ts'
import type { tests } from './project-tests-schema.ts'

export function configuredTests(t: z.output<typeof tests>): ProjectConfig['tests'] {
  const c = t.connectivity
  const rates = c.success_criteria
  return {
    connectivity: {
      enabled: c.enabled,
      criteria: {
        direct: rates.direct,
        natTraversed: rates.nat_traversed,
        relay: rates.relay,
        sampleFloor: c.sample_floor,
        coverage: c.coverage,
        strict: c.strict,
      },
      sampleBeyondNodes: c.sample_beyond_nodes,
      cooloffSeconds: c.nat_cooloff_seconds,
      timeoutSeconds: c.timeout_seconds,
    },
    natMatrix: t.nat_matrix,
    throughput: {
      enabled: t.throughput.enabled,
      minMbps: t.throughput.min_mbps,
      testSizeMb: t.throughput.test_size_mb,
    },
    messageDelivery: {
      enabled: t.message_delivery.enabled,
      successRate: t.message_delivery.success_rate,
      messageCount: t.message_delivery.message_count,
    },
    crdtConsistency: { enabled: t.crdt_consistency.enabled, maxSyncSeconds: t.crdt_consistency.max_sync_seconds },
    channelCreation: { enabled: t.channel_creation.enabled, channelsToCreate: t.channel_creation.channels_to_create },
    survival: { enabled: t.survival.enabled, successRate: t.survival.success_rate },
    capture: t.capture,
    custom: t.custom.map((x) => ({
      name: x.name,
      command: x.command,
      successPattern: x.success_pattern ?? null,
      timeoutSeconds: x.timeout_seconds,
      expectedExit: x.expected_exit,
    })),
  }
}
