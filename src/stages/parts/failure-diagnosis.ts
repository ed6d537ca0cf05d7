/** What led into FIX, read back: the failed test's sealed evidence, or what BUILD and DEPLOY wrote into the ledger. */
import { layout } from '../../domain/bundle.ts'
import { buildFaultsOf } from '../../domain/events/readers.ts'
import {
  diagnosed,
  symptomsOf,
  symptomsOfTest,
  type FailureDiagnosis,
  type LeftOut,
} from '../../domain/failed/diagnosis.ts'
import type { Entry } from '../../domain/ledger.ts'
import type { LogDigest } from '../../domain/log-templates.ts'
import { exclusions, type Session } from '../../domain/session.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { Files } from '../../ports.ts'

export async function diagnosisOf(
  files: Files,
  session: Session,
  entries: readonly Entry[],
): Promise<FailureDiagnosis> {
  const into = entries.findLast((e) => e.to === 'FIX' && e.from !== 'FIX')
  const why = into?.why ?? session.why
  const leftOut: readonly LeftOut[] = exclusions(session).map(({ node, code, message }) => ({
    node,
    code,
    why: message,
  }))
  switch (into?.event === 'failed' ? into.from : null) {
    case 'BUILD':
      return diagnosed(symptomsOf({ stage: 'BUILD', why, buildFaults: buildFaultsOf(entries), leftOut }))
    case 'DEPLOY':
      return diagnosed(symptomsOf({ stage: 'DEPLOY', why, leftOut }))
    default: {
      const folder = into !== undefined && 'folder' in into.facts ? `${into.facts.folder}/evidence` : ''
      const [verdict, logs] = [
        await read<Verdict>(files, `${folder}/${layout.verdict}`),
        await read<LogDigest>(files, `${folder}/${layout.logs}`),
      ]
      if (verdict === null || logs === null) return diagnosed(symptomsOf({ stage: 'TEST', why, leftOut }))
      const begun = entries.findLast((e) => e.event === 'begun')
      const logsBefore = begun?.facts.logsBefore?.counts ?? null
      return diagnosed(symptomsOfTest({ why, verdict, logs, logsBefore, leftOut }))
    }
  }
}

/** Our own files of this session; null: another machine has them. */
const read = async <T>(files: Files, path: string): Promise<T | null> =>
  (await files.exists(path)) ? (JSON.parse(new TextDecoder().decode(await files.read(path))) as T) : null
