/** A pull request for a fix with which the whole test has passed, where the project asks for one; it never fails a run. */
import type { FailureDiagnosis } from '../../domain/failed/diagnosis.ts'
import { fixesOf } from '../../domain/fix/refusals.ts'
import type { Entry } from '../../domain/ledger.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Session } from '../../domain/session.ts'
import { messageOf } from '../../domain/text.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { Execution, Fixing, SessionFolder, SessionRecord } from '../../ports.ts'
import { fixProposal } from '../../report/fix-proposal.ts'
import { diagnosisFile } from './diagnosis-file.ts'

export interface PassedTest {
  readonly verdict: Verdict
  readonly folder: string
  readonly evidenceRoot: string
}

type ProposingWorld = Execution & SessionFolder & SessionRecord & Fixing

/** Its URL; null: none is asked for, there is nothing to propose, it is there already, or it could not be made. */
export async function proposeFix(
  world: ProposingWorld,
  plan: Plan,
  session: Session,
  test: PassedTest,
): Promise<string | null> {
  const entries = await world.ledger.read(session.id)
  const publish = plan.config.fix?.publish ?? null
  const made = fixesOf(unproposed(entries)).at(-1)
  if (test.verdict.result !== 'passed' || publish?.pullRequest !== true || made === undefined) return null
  if (world.fixer === null) return null
  const { title, body } = fixProposal({
    entries,
    verdict: test.verdict,
    session: session.id,
    subject: made.subject,
    diagnosis: await diagnosisIn(world),
    folder: test.folder,
    evidenceRoot: test.evidenceRoot,
  })
  try {
    const { remote } = publish
    const { branch, commit, parent } = made
    const base = session.origin?.branch ?? null
    const end = await world.fixer.propose({ remote, branch, commit, parent, base, title, body }, world.signal)
    if (end.kind === 'proposed') {
      world.log.info(`fix ${made.number}: ${end.url}`)
      return end.url
    }
    world.log.warn(`fix ${made.number}: no pull request: ${end.why}`)
  } catch (error) {
    world.signal.throwIfAborted()
    world.log.warn(`fix ${made.number}: no pull request: ${messageOf(error)}`)
  }
  return null
}

/** After the last push by a person and the last pull request. */
const unproposed = (entries: readonly Entry[]): readonly Entry[] =>
  entries.slice(
    entries.findLastIndex((e) => e.event === 'pushed' || (e.event === 'passed' && e.facts.pullRequest !== undefined)) +
      1,
  )

/** Our own file of this session; null: another machine has it. */
async function diagnosisIn({ files }: SessionFolder): Promise<FailureDiagnosis | null> {
  if (!(await files.exists(diagnosisFile))) return null
  return JSON.parse(new TextDecoder().decode(await files.read(diagnosisFile))) as FailureDiagnosis
}
