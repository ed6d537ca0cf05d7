/** A failure of the program on a node, once the node was asked: the machine's where the machine explains it. */
import { onNode } from '../../commands/diagnosis.ts'
import { placeOf } from '../../commands/place.ts'
import { quote } from '../../commands/quote.ts'
import { causeOf, lastWords, type Cause, type Diagnosis } from '../../domain/diagnosis.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import { messageOf, stripHidden } from '../../domain/text.ts'
import { askWhy } from '../../instruments/diagnosis.ts'
import type { Execution, Nodes, SessionFolder } from '../../ports.ts'
import type { UnitPlan } from './units.ts'

/** What the node told is kept beside the session, also where nothing explains the failure. */
export async function withDiagnosis(
  world: Execution & Nodes & Pick<SessionFolder, 'files' | 'concealer'>,
  node: FleetNode,
  { unit, listens }: UnitPlan,
  releases: string,
  failure: Failure,
  folder: string,
): Promise<{ readonly failure: Failure; readonly diagnosis: Diagnosis | null }> {
  const place = placeOf(node.runtime)
  const asked = await askWhy(world, node.name, { unit: unit.name, place, listens, releases })
  if (asked === null) return { failure, diagnosis: null }
  const { diagnosis } = asked
  const kept = `${folder}/${node.name}.txt`
  await world.files.write(kept, world.concealer?.conceal(asked.text) ?? asked.text)
  world.log.info(`${node.name}: what it told of the failure is kept in ${kept}`)
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
          remedy: remedyOf(cause, diagnosis, node),
        })
  return { failure: told, diagnosis }
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

function remedyOf(cause: Cause, { holder }: Diagnosis, node: FleetNode): string {
  const owner = cause.code === 'I154' ? holder?.owner : null
  return owner === null || owner === undefined ? onNode(node, cause.look) : `vps-test remove ${quote(owner.project)}`
}
