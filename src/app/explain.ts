/** `explain`: why a session failed, by what its evidence and its nodes told: likeliest causes, each with where to look further. */
import { folder } from '../adapters/system.ts'
import { exitCodes } from '../domain/failure.ts'
import type { FailureDiagnosis } from '../domain/failed/diagnosis.ts'
import { stripHidden } from '../domain/text.ts'
import { diagnosisSection } from '../report/sections/diagnosis.ts'
import { blockText } from '../report/plain.ts'
import { diagnosisOf } from '../stages/parts/failure-diagnosis.ts'
import type { Context } from './context.ts'
import { named } from './named-session.ts'

export interface ExplainFlags {
  readonly session?: string
  readonly json?: boolean
}

/** Of the session that is named, or of the newest that has a failure. */
export async function explainFailure(c: Context, project: string, flags: ExplainFlags): Promise<number> {
  for (const { project: of, session, entries } of await named(c, project, flags.session)) {
    const found = await diagnosisOf(folder(c.sessions.folderOf(of, session.id)), entries)
    if (found === null) continue
    if (flags.json === true) c.terminal.print(JSON.stringify({ session: session.id, ...found }))
    else show(c, found)
    return exitCodes.passed
  }
  c.terminal.print(flags.json === true ? 'null' : `nothing of ${flags.session ?? project} has failed`)
  return exitCodes.passed
}

function show(c: Context, found: FailureDiagnosis): void {
  c.terminal.print(`${found.on.session}: ${found.stage} failed: ${stripHidden(found.why, 500)}\n`)
  for (const block of diagnosisSection(found)?.blocks ?? []) c.terminal.print(blockText(block, c.terminal.palette))
}
