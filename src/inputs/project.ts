/** A tested repository's configuration, in either of its two shapes, read into one {@link ProjectConfig}. */
import { usualPrometheus, usualQueries } from '../domain/metrics.ts'
import type { ProjectConfig } from '../domain/project.ts'
import { knownFailuresFile, knownFailuresOf } from './known-failures.ts'
import { withCrate, withZigbuild } from './build-command.ts'
import { pathText, usageFailure, type FieldPath } from './faults.ts'
import { isRecord } from './fields.ts'
import {
  profileName,
  profileNamed,
  profileOfModule,
  profileOfProject,
  projectChecks,
  shapeOf,
  type ProjectContext,
} from './project-checks.ts'
import { notificationWishesOf } from './project-notifications.ts'
import { soakConfigOf } from './project-soak-schema.ts'
import { fixOf } from './project-fix-schema.ts'
import { fleetKey, projectShape, workspaceShape, type ProjectFile, type WorkspaceFile } from './project-schema.ts'
import { configuredTests } from './project-tests.ts'
import { parseYaml, validate, type Parsed } from './yaml.ts'
import { printable } from '../domain/text.ts'

export type { ProjectContext } from './project-checks.ts'

/** Searched for in the tested repository, in this order. */
export const projectFiles = [
  'vps-test.yaml',
  'vps-test.yml',
  '.claude/vps-test/config.yaml',
  '.claude/vps-test/config.yml',
  '.claude/vps-test.yaml',
  '.claude/vps-test.yml',
] as const

export function findProjectFile(directory: string, exists: (path: string) => boolean): string | undefined {
  const found = projectFiles.map((f) => `${directory.replace(/\/+$/, '')}/${f}`).filter(exists)
  const [first, second] = found
  // Which of the two a person means is not known, and one would be read in silence.
  if (first !== undefined && second !== undefined && second.replace(/\.yml$/, '.yaml') === first)
    throw usageFailure([
      { at: { file: second, path: '' }, message: `stands beside ${first}: only one of the two may be there` },
    ])
  return first
}

/** The one project that was asked for. Throws a usage failure (U010) that lists every fault. */
export function parseProject(text: string, file: string, context: ProjectContext): ProjectConfig {
  const { all, parsed, modules } = read(text, file, context)
  const asked = context.project ?? askedIn(parsed.raw)
  const chosen = asked === undefined ? all : all.filter((c) => c.project === asked || modules.get(c) === asked)
  const [only] = chosen
  if (only !== undefined && chosen.length === 1) return only
  const list = all.map((c) => `${c.project}${modules.has(c) ? ` (module ${modules.get(c)})` : ''}`).join(', ')
  const message =
    all.length === 0
      ? 'no module has a profile that says how it is started and tested; give one its "profile"'
      : asked === undefined
        ? `serves several projects; name one: ${list}`
        : `no module serves ${printable(asked)}; this file serves ${list}`
  throw fail(file, parsed, ['modules'], message)
}

/** Every project that the file can give. */
export const parseProjectAll = (
  text: string,
  file: string,
  context: Omit<ProjectContext, 'project'>,
): readonly ProjectConfig[] => read(text, file, context).all

/**
 * The fleet that the file names: a name, or a path below the file's repository. Undefined where it names none; faults
 * are told by {@link parseProjectAll}.
 */
export function fleetNamed(text: string, file: string): string | undefined {
  const parsed = parseYaml(text, file)
  const read = parsed.ok && isRecord(parsed.value.raw) ? fleetKey.safeParse(parsed.value.raw['fleet']) : undefined
  return read?.success === true ? read.data : undefined
}

/** `modules`: the module that a configuration came from. */
interface Reading {
  readonly all: readonly ProjectConfig[]
  readonly parsed: Parsed
  readonly modules: ReadonlyMap<ProjectConfig, string>
}

function read(text: string, file: string, context: ProjectContext): Reading {
  const parsed = parseYaml(text, file)
  if (!parsed.ok) throw usageFailure(parsed.faults)
  const checks = projectChecks(context)
  if (shapeOf(parsed.value.raw) === 'project') {
    const loaded = validate(parsed.value, file, projectShape, checks)
    if (!loaded.ok) throw usageFailure(loaded.faults)
    return { all: [fromProject(loaded.value, file, context)], parsed: parsed.value, modules: new Map() }
  }
  const loaded = validate(parsed.value, file, workspaceShape, checks)
  if (!loaded.ok) throw usageFailure(loaded.faults)
  const modules = new Map(
    Object.keys(loaded.value.modules).flatMap((name) => {
      const config = fromModule(loaded.value, name, file, context)
      return config === undefined ? [] : [[config, name] as const]
    }),
  )
  return { all: [...modules.keys()], parsed: parsed.value, modules }
}

function fromProject(w: ProjectFile, file: string, context: ProjectContext): ProjectConfig {
  const build = withZigbuild(w.binary.build)
  return {
    project: w.project,
    profile:
      context.profile ?? profileName(context, w.profile) ?? profileOfProject(context.profiles, w.project)?.name ?? '',
    origin: `${file} (project shape)`,
    warnings: build.warning === undefined ? [] : [build.warning],
    moduleTests: null,
    binary: {
      name: w.binary.name,
      workspace: w.workspace_dir ?? '.',
      build: withCrate(build.argv, w.binary.crate),
      localBuild: w.binary.local_build === undefined ? null : withCrate(w.binary.local_build, w.binary.crate),
      target: w.binary.target,
      glibc: w.glibc,
    },
    deploy: { serviceName: w.deploy.service_name, ...deployOf(w) },
    ...sharedOf(w, context),
  }
}

/** Undefined where no profile says how the module's program is started. */
function fromModule(w: WorkspaceFile, name: string, file: string, context: ProjectContext): ProjectConfig | undefined {
  const module = w.modules[name]
  const known = profileOfModule(context.profiles, name)
  const profile = context.profile ?? profileName(context, module?.profile ?? w.profile) ?? known?.name
  if (module === undefined || profile === undefined) return undefined
  const build = withZigbuild(w.build.command)
  const elsewhere = w.workspace_dir === undefined && w.workspace !== undefined && /^[/~]/.test(w.workspace)
  const place = elsewhere
    ? [
        `workspace ${printable(w.workspace)} is one person's path: the repository that holds this file is built (workspace_dir changes that)`,
      ]
    : []
  return {
    project: known?.project ?? profileNamed(context.profiles, profile)?.project ?? name,
    profile,
    origin: `${file} (workspace shape, module ${name})`,
    warnings: [...(build.warning === undefined ? [] : [build.warning]), ...place],
    moduleTests: module.tests.length === 0 ? null : module.tests,
    binary: {
      name: module.binary,
      workspace: w.workspace_dir ?? (elsewhere ? '.' : (w.workspace ?? '.')),
      build: withCrate(build.argv, module.crate),
      localBuild: null,
      target: `${w.build.target_dir}/${module.binary}`,
      glibc: w.glibc,
    },
    deploy: { serviceName: `${w.deploy.service_prefix}-${name}`, ...deployOf(w) },
    ...sharedOf(w, context),
  }
}

const deployOf = ({ deploy: d }: ProjectFile | WorkspaceFile): Omit<ProjectConfig['deploy'], 'serviceName'> => ({
  installPath: d.install_path,
  nodes: d.nodes,
  preDeploy: d.pre_deploy,
  postDeploy: d.post_deploy,
  bootstrap: d.bootstrap,
})

function sharedOf(
  { tests: t, ...w }: ProjectFile | WorkspaceFile,
  context: ProjectContext,
): Pick<
  ProjectConfig,
  | 'bootstrap'
  | 'tests'
  | 'soak'
  | 'notifications'
  | 'answers'
  | 'metrics'
  | 'fix'
  | 'knownFailures'
  | 'knownFailuresFile'
> {
  const { bootstrap, soak, notifications, answers, metrics } = w
  return {
    bootstrap: {
      registry: bootstrap.registry ?? null,
      nodes: bootstrap.nodes,
      waitForRegistrationSeconds: bootstrap.wait_for_registration,
    },
    tests: configuredTests(t),
    soak: soakConfigOf(soak),
    notifications: notificationWishesOf(notifications),
    fix: fixOf(w.fix),
    knownFailures:
      typeof w.known_failures === 'string'
        ? (context.known?.get(w.known_failures) ?? [])
        : knownFailuresOf(w.known_failures),
    knownFailuresFile: knownFailuresFile(w.known_failures),
    metrics: {
      prometheus: metrics.prometheus ?? usualPrometheus,
      stepSeconds: metrics.step_seconds,
      queries: metrics.queries ?? usualQueries,
    },
    answers: {
      focus: answers.focus ?? null,
      criteria: answers.criteria ?? null,
      proof: answers.proof ?? null,
      expression: answers.custom_criteria ?? null,
    },
  }
}

const askedIn = (raw: unknown): string | undefined =>
  isRecord(raw) && typeof raw['project'] === 'string' ? raw['project'] : undefined

const fail = (file: string, parsed: Parsed, path: FieldPath, message: string) =>
  usageFailure([{ at: { file, path: pathText(path), ...parsed.position(path, true) }, message }])
