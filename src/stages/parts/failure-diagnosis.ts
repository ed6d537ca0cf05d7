/** What a session failed of, read back: the sealed diagnosis of its test, or what SETUP, BUILD and DEPLOY left. */
import { layout } from '../../domain/bundle.ts'
import { buildFaultsOf } from '../../domain/events/readers.ts'
import { hasPlan } from '../../domain/events/entry.ts'
import { diagnosed, symptomsOf, type FailureDiagnosis } from '../../domain/failed/diagnosis.ts'
import { nodeOf } from '../../domain/failed/of-test.ts'
import type { LeftOut, NodeSymptoms, Symptoms } from '../../domain/failed/symptoms.ts'
import { fleetReference } from '../../domain/fleet.ts'
import type { Entry } from '../../domain/ledger.ts'
import { postMortemShape, type PostMortem } from '../../domain/post-mortem/told.ts'
import { exclusions, fold } from '../../domain/session.ts'
import { asDeclared, natName } from '../../domain/suites/connectivity/oracle.ts'
import { folderOf } from '../../domain/history.ts'
import type { Files } from '../../ports.ts'
import { diagnosisFolder } from './diagnosed.ts'

/** Of the newest failure of a session; null: nothing of it failed. */
export async function diagnosisOf(files: Files, entries: readonly Entry[]): Promise<FailureDiagnosis | null> {
  const at = entries.findLastIndex(isFailure)
  const failed = entries[at]
  const plan = entries.findLast(hasPlan)?.facts.plan
  if (failed === undefined || plan === undefined) return null
  const before = fold(failed.session, entries.slice(0, at))
  const session = fold(failed.session, entries.slice(0, at + 1))
  const leftOut: readonly LeftOut[] = exclusions(session).map(({ node, code, message }) => ({
    node,
    code,
    why: message,
  }))
  const code = 'code' in failed.facts && typeof failed.facts.code === 'string' ? failed.facts.code : null
  const on = { project: plan.answers.project.value, session: failed.session, fleet: fleetReference(plan.fleet) }
  const of = (stage: Symptoms['stage'], nodes: readonly NodeSymptoms[] = []): FailureDiagnosis =>
    diagnosed(symptomsOf({ stage, on, why: failed.why, code, leftOut, nodes, buildFaults: buildFaultsOf([failed]) }))
  switch (failed.from) {
    case 'SETUP':
    case 'BUILD':
      return of(failed.from)
    case 'DEPLOY': {
      const folder = diagnosisFolder(before.counters.deploys + 1)
      const told = await postMortemsIn(files, folder)
      return of(
        'DEPLOY',
        plan.fleet.nodes
          .filter((n) => plan.nodes.includes(n.name))
          .map((n) => nodeOf(n, natName(asDeclared(n)), told, `${folder}/${n.name}.json`)),
      )
    }
    default: {
      const folder = 'folder' in failed.facts ? failed.facts.folder : folderOf(before.testsBegun)
      return (await read<FailureDiagnosis | null>(files, `${folder}/evidence/${layout.diagnosis}`)) ?? of('TEST')
    }
  }
}

/** A verdict that is none of passed, a stage that failed, or what nothing could be done about. */
const isFailure = (e: Entry): boolean =>
  (e.event === 'failed' || e.event === 'inconclusive' || e.event === 'unrecoverable') && e.from !== 'FIX'

/** Of one deploy; what is no post-mortem is passed over. */
async function postMortemsIn(files: Files, folder: string): Promise<readonly PostMortem[]> {
  const paths = (await files.list(folder)).filter((p) => p.endsWith('.json'))
  const found = await Promise.all(paths.map((path) => read<PostMortem>(files, path)))
  return found.filter((p) => p !== null && postMortemShape(1)([p]) === null).filter((p) => p !== null)
}

/** Our own files of this session; null: another machine has them. */
const read = async <T>(files: Files, path: string): Promise<T | null> =>
  (await files.exists(path)) ? (JSON.parse(new TextDecoder().decode(await files.read(path))) as T) : null
