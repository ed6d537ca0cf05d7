/** From a request to a plan, or to every reason why there is none: the same for the command line and the Action. */
import { basename, join, relative, resolve } from 'node:path'
import { refuseDirty } from '../adapters/build/native.ts'
import { readSource } from '../adapters/build/source.ts'
import { besideTheCommit } from '../adapters/build/whole-commit.ts'
import { digestOf } from '../adapters/build/zigbuild.ts'
import { sandboxHere } from '../adapters/sandbox/way.ts'
import { readBuildCommand } from '../domain/cargo-argv.ts'
import { featureFault } from '../domain/cargo-metadata.ts'
import { checkpointStates } from '../domain/states.ts'
import { revisionOf, type SourceInfo } from '../domain/build.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { BinarySource, Plan } from '../domain/plan.ts'
import type { ProjectConfig } from '../domain/project.ts'
import type { Given } from '../inputs/answers.ts'
import { readCargo } from '../inputs/init-cargo.ts'
import { answersIn, type StartRequest } from '../inputs/request.ts'
import { hint } from '../inputs/nearest.ts'
import { assemblePlan } from '../domain/assemble-plan.ts'
import { loadFleet, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'
import { refuseExpression } from './expression.ts'
import { askExpression, interview } from './interview.ts'
import { lastBuildOf } from './last-build.ts'
import { manifestsIn } from './manifests.ts'
import { loadRepository } from './repository.ts'
import type { PlannedEnclosure } from './plan-text.ts'

export interface PlannedRun {
  readonly plan: Plan
  /** The name or path that the plan's fleet was chosen by. */
  readonly fleet: string
  /** What git says of the tested directory. */
  readonly source: SourceInfo
  /** The root of its repository: what the plan's workspace is relative to. */
  readonly checkout: string
}

/** What would enclose the build of a plan on this machine, and how long its last one took. */
export const plannedEnclosure = async (
  c: Pick<Context, 'signal' | 'unenclosed' | 'sessions'>,
  { source, config }: Plan,
): Promise<PlannedEnclosure> => ({
  sandbox: source.kind === 'build' && source.native !== true ? await sandboxHere(c.signal) : null,
  unenclosed: c.unenclosed ?? 'build',
  lastBuild: source.kind === 'build' ? await lastBuildOf(c, config.project) : null,
})

export interface Surrounding {
  /** Where nobody names a fleet: a default that the surface shows. */
  readonly fleet?: string
  /** Faults of the words themselves, to be told together with the others. */
  readonly faults: readonly string[]
  /** Where nobody is asked: answers of last resort. */
  readonly defaults?: Given
  /** `owner/name` that a bare release tag belongs to. */
  readonly repository?: string
  /** What `soak` means when it is left open: the configuration's, or off. */
  readonly soak: boolean
}

export async function makePlan(c: Context, r: StartRequest, s: Surrounding): Promise<PlannedRun> {
  const name = await chosenFleet(c, { named: r.fleet, lab: r.lab, repo: r.repo, config: r.config, otherwise: s.fleet })
  const { fleet } = await loadFleet(c, name, r.lab)
  const repository = await loadRepository(c, r.repo ?? '.', r.config, fleet)
  const faults = [...s.faults, ...unknownNodes(fleet, r.nodes)]
  const { answers, profile } = await interview(
    c,
    {
      parameters: answersIn(r),
      configs: repository.configs,
      ...(s.defaults === undefined ? {} : { defaults: s.defaults }),
    },
    repository.profiles,
    faults,
  )
  const found = repository.configs.find((p) => p.project === answers.project.value)
  if (found === undefined)
    throw new Failure({
      code: 'U044',
      message: `the configuration has no project ${answers.project.value}`,
    })
  const config = wished(found, r, s)
  const dir = join(repository.dir, config.binary.workspace)
  const source = await readSource(dir, c.signal)
  const checkout = source.kind === 'git' ? source.root : c.cwd
  const expression = r.customCriteria ?? config.answers.expression ?? undefined
  const plan = assemblePlan({
    answers,
    ...(answers.criteria.value !== 'custom' ? {} : { expression: expression ?? (await askExpression(c)) }),
    config,
    profile,
    fleet,
    source: await sourceOf(c, r, s, config, dir, source),
    binaryBytes: null,
    seed: r.seed ?? null,
  })
  refuseExpression(plan)
  return {
    plan,
    fleet: name,
    source,
    checkout,
  }
}

const unknownNodes = (fleet: Fleet, nodes: readonly string[] | null): readonly string[] =>
  (nodes ?? [])
    .filter((n) => !fleet.nodes.some((f) => f.name === n))
    .map(
      (n) =>
        `nodes: fleet ${fleet.name} has no node ${n}${hint(
          n,
          fleet.nodes.map((f) => f.name),
        )}`,
    )

function wished(config: ProjectConfig, r: StartRequest, s: Surrounding): ProjectConfig {
  const soak = r.soak === 'on' || (r.soak !== 'off' && s.soak)
  // Asked for in so many words, where the configuration names no checkpoint: all.
  const none = config.soak.checkpoints.length === 0
  return {
    ...config,
    deploy: { ...config.deploy, nodes: r.nodes ?? config.deploy.nodes },
    soak: !soak
      ? { ...config.soak, checkpoints: [] }
      : none && r.soak === 'on'
        ? { ...config.soak, checkpoints: checkpointStates }
        : config.soak,
  }
}

/**
 * Names the exact source, so that a session is continued only with the program that it was begun with, on whichever
 * machine.
 */
async function sourceOf(
  c: Context,
  r: StartRequest,
  s: Surrounding,
  config: ProjectConfig,
  dir: string,
  source: SourceInfo,
): Promise<BinarySource> {
  if (r.binaryFile !== undefined)
    return {
      kind: 'file',
      path: resolve(c.cwd, r.binaryFile),
      sha256: await digestOfGiven(resolve(c.cwd, r.binaryFile)),
    }
  if (r.releaseTag !== undefined) {
    const repository = r.releaseTag.repository ?? s.repository
    if (repository === undefined)
      throw new Failure({
        code: 'U045',
        message: `release ${r.releaseTag.tag}: of which repository?`,
        remedy: `vps-test start --release owner/repo@${r.releaseTag.tag}:${config.binary.name}`,
      })
    return { kind: 'release', repository, tag: r.releaseTag.tag, asset: r.releaseTag.asset ?? config.binary.name }
  }
  await refuseBuild(c, r, config, dir, source)
  const workspace = source.kind === 'git' ? relative(source.root, dir) || '.' : dir
  return {
    kind: 'build',
    workspace,
    revision: revisionOf(source),
    ...(r.binarySource === 'native' ? { native: true } : {}),
  }
}

/** What the build would refuse is refused here, before a node is asked. */
async function refuseBuild(
  c: Context,
  r: StartRequest,
  config: ProjectConfig,
  dir: string,
  source: SourceInfo,
): Promise<void> {
  const { build, localBuild, target } = config.binary
  const programs = readCargo(manifestsIn(dir))?.programs ?? []
  const native = r.binarySource === 'native'
  for (const argv of native && localBuild !== null
    ? [localBuild]
    : localBuild === null
      ? [build]
      : [build, localBuild]) {
    const command = readBuildCommand(argv)
    const fault = typeof command === 'string' ? command : featureFault(programs, basename(target), command.options)
    if (fault !== null)
      throw new Failure({
        code: 'U305',
        message: `${config.origin}: ${fault}; a program that is built in another way can be given by --binary`,
        remedy: `vps-test plan ${config.project} --binary ${config.binary.target}`,
      })
  }
  if (!native) return
  if (source.kind === 'none')
    throw new Failure({ code: 'U306', message: `a native build needs a git commit, and ${source.why}` })
  refuseDirty(source, 'a native build')
  const beside = await besideTheCommit(source, c.signal)
  if (beside !== null)
    throw new Failure({ code: 'U306', message: `a native build sends the commit alone, and ${beside}` })
}

const digestOfGiven = (path: string): Promise<string> =>
  digestOf(path).catch((error: unknown) => {
    throw new Failure({ code: 'U046', message: `cannot read the given binary ${path}`, remedy: `ls -l ${path}` }, error)
  })
