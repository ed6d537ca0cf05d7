/** A failure of the program on a node, once the node was asked: the machine's where the machine explains it. */
import { onNode } from '../../commands/diagnosis.ts'
import { causeOf, lastWords, type Diagnosis } from '../../domain/diagnosis.ts'
import { Failure } from '../../domain/failure.ts'
import { jsonText } from '../../domain/bundle.ts'
import type { Exclusion } from '../../domain/events/facts.ts'
import { registryOf, type FleetNode, type NodeName } from '../../domain/fleet.ts'
import type { ProgramPlan } from '../../domain/plan.ts'
import { readPostMortem } from '../../domain/post-mortem/read.ts'
import { messageOf, stripHidden } from '../../domain/text.ts'
import type { Execution, Nodes, SessionFolder } from '../../ports.ts'
import { postMortemOf } from './post-mortems.ts'
import type { Missing } from './registration.ts'

/** Null: nothing of ours runs there, or it does not answer. */
async function keepToldBy(
  world: Execution & Nodes & Pick<SessionFolder, 'files' | 'concealer'>,
  node: FleetNode,
  plan: ProgramPlan,
  since: number,
  folder: string,
): Promise<Diagnosis | null> {
  const asked = await postMortemOf(world, plan, node, since)
  if (asked === null) return null
  const kept = `${folder}/${node.name}.json`
  await world.files.write(kept, jsonText(world.concealer?.conceal(asked) ?? asked))
  world.log.info(`${node.name}: what it told of the failure is kept in ${kept}`)
  return readPostMortem(asked)
}

/** What the node told is kept beside the session, also where nothing explains the failure. */
export async function withDiagnosis(
  world: Execution & Nodes & Pick<SessionFolder, 'files' | 'concealer'>,
  node: FleetNode,
  plan: ProgramPlan,
  since: number,
  failure: Failure,
  folder: string,
): Promise<{ readonly failure: Failure; readonly diagnosis: Diagnosis | null }> {
  const diagnosis = await keepToldBy(world, node, plan, since, folder)
  if (diagnosis === null) return { failure, diagnosis }
  const words = lastWords(diagnosis)
  const cause = causeOf(diagnosis)
  const { message } = failure
  const told =
    cause === null
      ? new Failure({ ...failure.facts, message: stripHidden(`${message}${words}`, 700) })
      : new Failure({
          code: cause.code,
          node: node.name,
          message: stripHidden(`${node.name}: ${cause.why}; ${message.replace(`${node.name}: `, '')}${words}`, 700),
          remedy: onNode(node, cause.look),
        })
  return { failure: told, diagnosis }
}

/**
 * Nodes that run and are not registered, each asked why: the machine may explain it. The registry is asked as well, for
 * whoever looks for the cause.
 */
export async function explained(
  world: Execution & Nodes & Pick<SessionFolder, 'files' | 'concealer'>,
  plan: ProgramPlan,
  since: number,
  folder: string,
  missing: ReadonlyMap<NodeName, Missing>,
): Promise<readonly Exclusion[]> {
  const failures = [...missing].map(
    ([node, { code, message }]) => new Failure({ code, node, message: message.slice(0, 400) }),
  )
  const registry = registryOf(world.fleet)
  const whole = failures.some((f) => f.kind === 'product')
  const [found] = await Promise.all([
    Promise.all(
      failures.map(async (failure) => {
        const node = world.fleet.nodes.find((n) => n.name === failure.facts.node)
        return node === undefined || failure.kind !== 'product'
          ? failure
          : (await withDiagnosis(world, node, plan, since, failure, folder)).failure
      }),
    ),
    whole && registry !== undefined ? keepToldBy(world, registry, plan, since, folder) : null,
  ])
  return [...missing.keys()].map((node, i) => ({
    node,
    stage: 'DEPLOY',
    code: found[i]?.facts.code ?? 'P012',
    message: (found[i]?.message ?? '').slice(0, 400),
  }))
}

/** Of one deploy, below the session's folder. */
export const diagnosisFolder = (deploy: number): string => `diagnosis/deploy-${deploy}`

/** Stores what nodes told, where the session's folder ends with its job. The deploy is not worse where that fails. */
export async function storeDiagnosis(
  world: Pick<Execution, 'log'> & Pick<SessionFolder, 'files' | 'storeArtifact'>,
  deploy: number,
): Promise<void> {
  const folder = diagnosisFolder(deploy)
  try {
    if ((await world.files.list(folder)).length > 0) await world.storeArtifact(`deploy-${deploy}`, folder)
  } catch (error) {
    world.log.warn(`what the nodes told of the failure could not be stored: ${messageOf(error)}`)
  }
}
