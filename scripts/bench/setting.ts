/**
 * What every measurement shares: the lab's fleet, the plan, a scratch directory, and the ways to change a copy of the
 * program.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSource } from '../../src/adapters/build/source.ts'
import { revisionOf } from '../../src/domain/build.ts'
import type { Fleet } from '../../src/domain/fleet.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { answersFailure, resolveAnswers } from '../../src/inputs/answers.ts'
import { assemblePlan } from '../../src/domain/assemble-plan.ts'
import { loadFleet, type Context } from '../../src/app/context.ts'
import { loadRepository } from '../../src/app/repository.ts'

export interface Setting {
  readonly context: Context
  readonly plan: Plan
  /** Removed at the end. */
  readonly scratch: string
  readonly say: (line: string) => void
}

/** The plan that `start testnet connectivity threshold all-evidence` would make. */
export async function settingOf(
  context: Context,
  lab: string,
  scratch: string,
  say: (line: string) => void,
): Promise<Setting> {
  const { fleet } = await loadFleet(context, 'lab', lab)
  const repository = await loadRepository(context, join(context.root, 'examples', 'testnet'), undefined, fleet)
  const resolved = resolveAnswers(
    {
      parameters: { project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' },
      configs: repository.configs,
    },
    repository.profiles,
  )
  if (!resolved.ok) throw answersFailure(resolved.problems)
  const config = repository.configs.find((c) => c.project === 'testnet')
  if (config === undefined) throw new Error('the example has no project testnet')
  const workspace = join(repository.dir, config.binary.workspace)
  const source = {
    kind: 'build',
    workspace,
    revision: revisionOf(await readSource(workspace, context.signal)),
  } as const
  return {
    context,
    plan: assemblePlan({
      answers: resolved.answers,
      config,
      profile: resolved.profile,
      fleet,
      source,
      binaryBytes: null,
    }),
    scratch,
    say,
  }
}

/**
 * The plan of a second copy of the program on the same nodes, with its own directory, unit, ports and registry: the one
 * that scp and ssh
 * bring there, so that neither way finds or spoils what the other one left.
 */
export function besidePlan(plan: Plan): Plan {
  const { config, profile, fleet } = plan
  const http = String(profile.registry?.httpPort ?? 0)
  const registry =
    profile.registry === null
      ? null
      : {
          ...profile.registry,
          args: [...(profile.registry.args ?? []).map((a) => (a === http ? '18080' : a)), '--rendezvous-port', '13478'],
          httpPort: 18_080,
        }
  const beside: Fleet = {
    ...fleet,
    ...(fleet.registryUrl === undefined ? {} : { registryUrl: fleet.registryUrl.replace(`:${http}`, ':18080') }),
  }
  return {
    ...plan,
    fleet: beside,
    profile: { ...profile, registry, servicePort: 19_000 },
    config: { ...config, deploy: { ...config.deploy, serviceName: 'scp-peer', installPath: '/opt/scp-peer' } },
  }
}

/**
 * The program with bytes behind its end that nobody has deployed yet; padded with them to `size` where that is more.
 */
export async function freshBinary(s: Setting, program: string, size: number): Promise<string> {
  const bytes = await readFile(program)
  const path = join(s.scratch, 'fresh', s.plan.config.binary.name)
  await mkdir(join(s.scratch, 'fresh'), { recursive: true })
  await writeFile(path, Buffer.concat([bytes, randomBytes(Math.max(16, size - bytes.length))]), { mode: 0o755 })
  return path
}
