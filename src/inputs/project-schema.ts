/** What a project file may say in either of its two shapes, with every default; spec §7. */
import * as z from 'zod'
import { criteriaKinds, focuses, proofKinds } from '../domain/plan.ts'
import { splitCommand } from './build-command.ts'
import {
  command,
  count,
  fileName,
  hostAndPort,
  httpUrl,
  identifier,
  nodeName,
  pathBelow,
  percent,
  projectName,
  seconds,
  text,
  unitName,
} from './fields.ts'

export const defaultBuild = 'cargo zigbuild --release --target x86_64-unknown-linux-gnu'
const bootstrapPolicies = ['always', 'changed', 'never'] as const
const natTypes = ['full_cone', 'symmetric', 'port_restricted', 'address_restricted', 'cgnat', 'double_nat'] as const
const events = ['start', 'test_fail', 'fix_commit', 'wait_start', 'complete', 'error'] as const

const buildCommand = z.string().transform((t, context) => {
  const split = splitCommand(t.trim())
  if (split.ok) return split.argv
  context.addIssue(split.message)
  return z.NEVER
})

const pattern = z
  .string()
  .min(1)
  .max(500)
  .superRefine((t, context) => {
    try {
      new RegExp(t)
    } catch (error) {
      context.addIssue(`must be a regular expression: ${error instanceof Error ? error.message : ''}`)
    }
  })

const installPath = z
  .string()
  .regex(/^\/opt\/[a-z][a-z0-9-]*\/?$/, 'must be /opt/<name>/: ^/opt/[a-z][a-z0-9-]*/?$')
  .transform((t) => t.replace(/\/$/, ''))

const nodes = z.union([z.literal('all'), z.array(nodeName).min(1)]).default('all')

const connectivity = z
  .strictObject({
    enabled: z.boolean().default(true),
    success_criteria: z
      .strictObject({ direct: percent.default(99), nat_traversed: percent.default(85), relay: percent.default(100) })
      .prefault({}),
    nat_cooloff_seconds: seconds(0, 300).default(30),
    timeout_seconds: seconds(1, 60).default(10),
    sample_floor: count.default(10),
    coverage: percent.default(80),
    strict: z.boolean().default(false),
  })
  .prefault({})

const tests = z.strictObject({
  connectivity,
  nat_matrix: z
    .strictObject({
      enabled: z.boolean().default(false),
      types: z.array(z.enum(natTypes)).default(['full_cone', 'symmetric', 'port_restricted']),
    })
    .prefault({}),
  throughput: z
    .strictObject({
      enabled: z.boolean().default(false),
      min_mbps: z.number().min(1).default(10),
      test_size_mb: z.number().min(1).max(1000).default(100),
    })
    .prefault({}),
  message_delivery: z
    .strictObject({
      enabled: z.boolean().default(false),
      success_rate: percent.default(100),
      message_count: count.default(100),
    })
    .prefault({}),
  crdt_consistency: z
    .strictObject({ enabled: z.boolean().default(false), max_sync_seconds: seconds(1, 300).default(30) })
    .prefault({}),
  channel_creation: z
    .strictObject({ enabled: z.boolean().default(false), channels_to_create: count.default(10) })
    .prefault({}),
  custom: z
    .array(
      z.strictObject({
        name: text,
        command,
        success_pattern: pattern.optional(),
        timeout_seconds: seconds(1, 3600).default(60),
      }),
    )
    .default([]),
})

export const fleetKey = pathBelow.optional()

/** Blocks that both shapes have. */
const shared = {
  bootstrap: z
    .strictObject({
      registry: httpUrl.optional(),
      nodes: z.array(hostAndPort).default([]),
      wait_for_registration: seconds(0, 300).default(30),
    })
    .prefault({}),
  soak: z
    .strictObject({
      wait_1hr: z.boolean().default(true),
      wait_6hr: z.boolean().default(true),
      regression_tolerance: percent.default(0),
      check_interval_minutes: z.number().min(1).optional(),
    })
    .prefault({}),
  notifications: z
    .strictObject({
      voice: z.boolean().default(true),
      on_events: z.array(z.enum(events)).default(['start', 'test_fail', 'complete', 'error']),
    })
    .optional(),
  fleet: fleetKey,
  profile: identifier.optional(),
  workspace_dir: pathBelow.optional(),
  glibc: z
    .string()
    .regex(/^2\.\d{1,2}$/, 'must be a glibc version such as "2.31"')
    .default('2.31'),
  answers: z
    .strictObject({
      focus: z.enum(focuses).optional(),
      criteria: z.enum(criteriaKinds).optional(),
      proof: z.enum(proofKinds).optional(),
    })
    .prefault({}),
}

const sharedDeploy = {
  install_path: installPath,
  nodes,
  pre_deploy: z.array(command).default([]),
  post_deploy: z.array(command).default([]),
  bootstrap: z.enum(bootstrapPolicies).default('changed'),
}

/** One project: the shape of the projects' own repositories. */
export const projectShape = z.strictObject({
  project: projectName,
  binary: z.strictObject({
    name: fileName,
    crate: pathBelow.optional(),
    build: buildCommand.prefault(defaultBuild),
    local_build: buildCommand.optional(),
    target: pathBelow,
  }),
  deploy: z.strictObject({ ...sharedDeploy, service_name: unitName }),
  tests,
  ...shared,
})

/** A workspace of several test modules: the shape of saorsa-testnet. */
export const workspaceShape = z.strictObject({
  project: projectName.optional(),
  workspace: text.optional(),
  modules: z
    .record(
      identifier,
      z.strictObject({
        binary: fileName,
        crate: pathBelow.optional(),
        tests: z.array(identifier).default([]),
        profile: identifier.optional(),
      }),
    )
    .refine((m) => Object.keys(m).length > 0, 'must have at least one module'),
  build: z
    .strictObject({
      command: buildCommand.prefault(defaultBuild),
      target_dir: pathBelow.default('target/x86_64-unknown-linux-gnu/release'),
    })
    .prefault({}),
  deploy: z.strictObject({ ...sharedDeploy, service_prefix: unitName }),
  tests: tests.prefault({}),
  ...shared,
})

export type ProjectFile = z.output<typeof projectShape>
export type WorkspaceFile = z.output<typeof workspaceShape>
