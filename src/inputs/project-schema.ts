/** What a project file may say in either of its two shapes, with every default; spec §7. */
import * as z from 'zod'
import { mostCharacters } from '../domain/criteria/expression.ts'
import { usualPrometheus } from '../domain/metrics.ts'
import { criteriaKinds, focuses, proofKinds } from '../domain/plan.ts'
import { splitCommand } from './build-command.ts'
import {
  shellText,
  fileName,
  hostAndPort,
  httpUrl,
  identifier,
  nodeName,
  pathBelow,
  projectName,
  seconds,
  textField,
  unitName,
} from './fields.ts'
import { knownFailuresSchema } from './known-failures.ts'
import { notifications } from './project-notifications.ts'
import { fixSchema } from './project-fix-schema.ts'
import { soakSchema } from './project-soak-schema.ts'
import { tests } from './project-tests-schema.ts'

export const defaultBuild = 'cargo zigbuild --release --target x86_64-unknown-linux-gnu'
const bootstrapPolicies = ['always', 'changed', 'never'] as const

const buildCommand = z.string().transform((t, context) => {
  const split = splitCommand(t.trim())
  if (split.ok) return split.argv
  context.addIssue(split.message)
  return z.NEVER
})

const installPath = z
  .string()
  .regex(/^\/opt\/[a-z][a-z0-9-]*\/?$/, 'must be /opt/<name>/: ^/opt/[a-z][a-z0-9-]*/?$')
  .transform((t) => t.replace(/\/$/, ''))

const nodes = z
  .union([z.literal('all'), z.array(nodeName).min(1)])
  .default('all')
  .describe('Nodes that are deployed to and tested: all, or a list of names (default all).')

export const fleetKey = pathBelow.optional()

export const profileKey = z
  .string()
  .regex(
    /^(?:[a-z0-9][a-z0-9-]{0,62}|\.\/(?:[A-Za-z0-9][A-Za-z0-9._-]*\/)*[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml)$/,
    'must be a name, or the path of a file below the repository, such as ./profiles/mine.yaml',
  )
  .optional()
const profileMeans =
  "Name of the profile that says how the program is started, dialled and read, or its path below the repository, such as ./profiles/mine.yaml (default: the project's own)."

/** Blocks that both shapes have. */
const shared = {
  bootstrap: z
    .strictObject({
      registry: httpUrl.optional().describe("Base URL of the registry (default: the fleet's)."),
      nodes: z
        .array(hostAndPort)
        .default([])
        .describe("Nodes by which a program joins, each host:port (default: the fleet's bootstrap nodes)."),
      wait_for_registration: seconds(0, 300)
        .default(30)
        .describe('Longest wait until every node is registered, in seconds (default 30).'),
    })
    .prefault({}),
  soak: soakSchema,
  notifications,
  fix: fixSchema,
  fleet: fleetKey.describe('Name of a fleet, or path of a fleet file below the repository.'),
  profile: profileKey.describe(profileMeans),
  workspace_dir: pathBelow
    .optional()
    .describe('Directory of the Cargo workspace below the repository (default: its root).'),
  glibc: z
    .string()
    .regex(/^2\.\d{1,2}$/, 'must be a glibc version such as "2.31"')
    .default('2.31')
    .describe('Oldest glibc that the program must run with (default 2.31).'),
  metrics: z
    .strictObject({
      prometheus: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          `Prometheus, as the machine of the registry reaches it (default ${usualPrometheus}); a lab asks its own.`,
        ),
      step_seconds: z.int().min(1).max(3600).default(15).describe('Seconds between two values (default 15).'),
      queries: z
        .array(
          z.strictObject({
            name: z.string().min(1).max(60).describe('What the page calls it.'),
            query: z.string().min(1).max(1000).describe('PromQL.'),
          }),
        )
        .max(20)
        .optional()
        .describe('Asked over the window of the test (default: up, memory and processor of what is scraped).'),
    })
    .prefault({})
    .describe('What proof by metrics asks of Prometheus.'),
  known_failures: knownFailuresSchema.describe(
    'Failures that are known: left out of the rates until their day, and told of in every result. A list, or the path of a file below the repository that holds the list alone.',
  ),
  answers: z
    .strictObject({
      focus: z.enum(focuses).optional().describe('What is tested when nobody is asked.'),
      criteria: z.enum(criteriaKinds).optional().describe('What counts as success when nobody is asked.'),
      proof: z.enum(proofKinds).optional().describe('How success is proven when nobody is asked.'),
      custom_criteria: z
        .string()
        .max(mostCharacters)
        .optional()
        .describe('The expression (CEL) of criteria custom: docs/custom-criteria.md.'),
    })
    .prefault({}),
}

const sharedDeploy = {
  install_path: installPath.describe('Directory on each node, /opt/<name>/.'),
  nodes,
  pre_deploy: z.array(shellText).default([]).describe('Shell commands that run on each node before the switch.'),
  post_deploy: z.array(shellText).default([]).describe('Shell commands that run on each node after the switch.'),
  bootstrap: z
    .enum(bootstrapPolicies)
    .default('changed')
    .describe('When bootstrap nodes are deployed to: always, changed or never (default changed).'),
}

/** One project: the shape of the projects' own repositories. */
export const projectShape = z.strictObject({
  project: projectName.describe('Name of the project.'),
  binary: z.strictObject({
    name: fileName.describe("Name of the program's file."),
    crate: pathBelow
      .optional()
      .describe(
        "Crate that is built alone: a directory below the workspace, or a package's name (default: what the command builds).",
      ),
    build: buildCommand
      .prefault(defaultBuild)
      .describe('Build command, without a shell (default cargo zigbuild --release --target x86_64-unknown-linux-gnu).'),
    local_build: buildCommand
      .optional()
      .describe("Build command of a machine's own toolchain, used where there is no zig (default: as build)."),
    target: pathBelow.describe('Path of the built file below the workspace.'),
  }),
  deploy: z.strictObject({ ...sharedDeploy, service_name: unitName.describe('Name of the systemd unit.') }),
  tests,
  ...shared,
})

/** A workspace of several test modules: the shape of saorsa-testnet. */
export const workspaceShape = z.strictObject({
  project: projectName.optional().describe('Name of the project that is meant when none is asked for.'),
  workspace: textField
    .optional()
    .describe('Where one person keeps the workspace; the repository of this file is built instead.'),
  modules: z
    .record(
      identifier,
      z.strictObject({
        binary: fileName.describe("Name of the module's program."),
        crate: pathBelow
          .optional()
          .describe(
            "Crate that is built alone: a directory below the workspace, or a package's name (default: what the command builds).",
          ),
        tests: z.array(identifier).default([]).describe('Tests of the module: the focuses that are offered for it.'),
        profile: profileKey.describe(profileMeans),
      }),
    )
    .refine((m) => Object.keys(m).length > 0, 'must have at least one module')
    .describe('The test modules of the workspace, by name.'),
  build: z
    .strictObject({
      command: buildCommand
        .prefault(defaultBuild)
        .describe(
          'Build command, without a shell (default cargo zigbuild --release --target x86_64-unknown-linux-gnu).',
        ),
      target_dir: pathBelow
        .default('target/x86_64-unknown-linux-gnu/release')
        .describe('Directory of the built programs below the workspace.'),
    })
    .prefault({}),
  deploy: z.strictObject({
    ...sharedDeploy,
    service_prefix: unitName.describe("First part of each unit's name; the module's name is the rest."),
  }),
  tests: tests.prefault({}),
  ...shared,
})

export type ProjectFile = z.output<typeof projectShape>
export type WorkspaceFile = z.output<typeof workspaceShape>
