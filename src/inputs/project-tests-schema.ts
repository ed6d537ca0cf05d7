/** What a project file may say of its tests, with every default; spec §7. */
import * as z from 'zod'
import { longestPattern, patternOf } from '../domain/pattern.ts'
import { shellText, count, percentField, seconds, textField } from './fields.ts'

const natTypes = ['full_cone', 'symmetric', 'port_restricted', 'address_restricted', 'cgnat', 'double_nat'] as const

export const pattern = z
  .string()
  .min(1)
  .max(longestPattern)
  .superRefine((t, context) => {
    const made = patternOf(t)
    if ('fault' in made) context.addIssue(`must be a regular expression: ${made.fault}`)
  })

const connectivity = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the suite runs (default true).'),
    success_criteria: z
      .strictObject({
        direct: percentField
          .default(99)
          .describe('Per cent of attempts that must succeed between two public peers (default 99).'),
        nat_traversed: percentField
          .default(85)
          .describe('Per cent of attempts that must succeed where a NAT must be traversed (default 85).'),
        relay: percentField
          .default(100)
          .describe('Per cent of attempts that must succeed where only a relay can connect (default 100).'),
      })
      .prefault({}),
    nat_cooloff_seconds: seconds(0, 300)
      .default(30)
      .describe('Least pause between two attempts of the same two peers, in seconds (default 30).'),
    timeout_seconds: seconds(1, 60).default(10).describe('Longest time of one attempt, in seconds (default 10).'),
    sample_floor: count.default(10).describe('Attempts that a class needs before it counts (default 10).'),
    coverage: percentField.default(80).describe("Per cent of a class's pairs that must have been tried (default 80)."),
    sample_beyond_nodes: count
      .default(40)
      .describe('Beyond so many nodes pairs are drawn: every node both ways, every NAT type × type (default 40).'),
    strict: z
      .boolean()
      .default(false)
      .describe('Compare the lower bound of the confidence interval, not the rate itself (default false).'),
  })
  .prefault({})

export const tests = z.strictObject({
  connectivity,
  nat_matrix: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the suite is asked for (default false).'),
      types: z
        .array(z.enum(natTypes))
        .default(['full_cone', 'symmetric', 'port_restricted'])
        .describe('NAT types that must be measured (default full_cone, symmetric, port_restricted).'),
    })
    .prefault({}),
  throughput: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the suite is asked for (default false).'),
      min_mbps: z.number().min(1).default(10).describe('Least rate, in megabits a second (default 10).'),
      test_size_mb: z
        .number()
        .min(1)
        .max(1000)
        .default(100)
        .describe('Size of the transfer, in megabytes (default 100).'),
    })
    .prefault({}),
  message_delivery: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the suite is asked for (default false).'),
      success_rate: percentField.default(100).describe('Per cent of messages that must arrive (default 100).'),
      message_count: count.default(100).describe('Messages to send (default 100).'),
    })
    .prefault({}),
  crdt_consistency: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the suite is asked for (default false).'),
      max_sync_seconds: seconds(1, 300)
        .default(30)
        .describe('Longest time until all replicas agree, in seconds (default 30).'),
    })
    .prefault({}),
  channel_creation: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Whether the suite is asked for (default false).'),
      channels_to_create: count.default(10).describe('Channels to create (default 10).'),
    })
    .prefault({}),
  survival: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Whether connections are kept through the soak with any focus (default: with full-suite only). A run without a soak, as of a push, is then inconclusive.',
        ),
      success_rate: percentField.default(100).describe('Per cent of the connections that must live on (default 100).'),
    })
    .prefault({}),
  capture: z
    .boolean()
    .default(true)
    .describe(
      'Whether, where a test failed, its failing pairs (6 at most) are tried once more, outside of all rates, while the headers of their packets are kept: no payload (default true).',
    ),
  custom: z
    .array(
      z.strictObject({
        name: textField
          .max(100, 'must not be longer than 100 characters')
          .describe('Name of the test, and of its rate.'),
        command: shellText.describe('Shell command that runs on each peer, as an unprivileged user.'),
        success_pattern: pattern
          .optional()
          .describe('Regular expression (RE2 syntax) that the end of its output (4 KB) must match.'),
        timeout_seconds: seconds(1, 3600).default(60).describe('Longest time of the command, in seconds (default 60).'),
        expected_exit: z.int().min(0).max(255).default(0).describe('Exit code that the command must have (default 0).'),
      }),
    )
    .default([])
    .describe('Commands whose result is a test: each runs on every peer, whatever the focus.'),
})
