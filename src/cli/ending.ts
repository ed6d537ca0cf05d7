/** How a session's end is told on a terminal: its proof, times, and what goes on with it; or one JSON object. */
import { join } from 'node:path'
import type { Context } from '../app/context.ts'
import { proofText } from '../app/evidence.ts'
import { quote } from '../commands/quote.ts'
import { recordedFailure } from '../app/recorded-failure.ts'
import { settledCode } from '../app/exit-code.ts'
import { readNotes } from '../app/local-notes.ts'
import { nextStep } from '../app/next-step.ts'
import { isSealed, isTest } from '../domain/events/entry.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'

export async function ending(
  c: Context,
  plan: Plan,
  session: Session,
  entries: readonly Entry[],
  folder: string,
  json: boolean,
): Promise<number> {
  const tested = entries.findLast(isTest)
  // A fix that is still red has a newer page than the whole test before it.
  const page = entries.findLast(isSealed)?.facts.proofPage
  const proof = page === undefined ? null : join(folder, page)
  const code = settledCode(session, entries)
  const failure = recordedFailure(entries)
  if (json) {
    c.terminal.print(
      JSON.stringify({
        session: session.id,
        project: plan.config.project,
        state: session.state,
        why: session.why,
        verdict: tested?.event ?? null,
        counts: tested?.facts.counts ?? null,
        failure,
        proof,
        exitCode: code,
      }),
    )
    return code
  }
  if (proof !== null) c.terminal.print(await proofText(proof, c.terminal.palette))
  timings(c, entries)
  c.terminal.info(`${session.state}: ${session.why}`)
  if (failure !== null) c.terminal.info(`failure: ${failure.code}`)
  if (failure?.remedy !== undefined) c.terminal.info(`try: ${failure.remedy}`)
  const idle = nextStep(session, (await readNotes(folder)).key)
  if (idle !== undefined) c.terminal.info(idle)
  if (proof !== null)
    c.terminal.info(
      `proof: ${proof}\nre-judge it: vps-test verify ${quote(join(proof, '..'))} ${c.sessions.anchorFlag(plan.config.project)}`,
    )
  return code
}

function timings(c: Context, entries: readonly Entry[]): void {
  const times = entries.slice(1).map((e, i) => `${e.from} ${((e.at - (entries[i]?.at ?? e.at)) / 1000).toFixed(1)} s`)
  c.terminal.info(`stages: ${times.slice(1).join(', ')}`)
}
