/** On one machine a start of a newer commit is the push that a session of its branch waits for. */
import { follows } from '../adapters/git/follows.ts'
import type { SourceInfo } from '../domain/build.ts'
import type { Ledger } from '../ports.ts'
import type { Plan } from '../domain/plan.ts'
import { fold } from '../domain/session.ts'
import { iso } from '../domain/text.ts'
import { waitsOn } from '../domain/waiting.ts'
import type { Origin } from '../domain/writer.ts'
import { pushSession, type SessionWriter } from '../stages/parts/interview.ts'
import type { Context } from './context.ts'

/** The newest session that this commit goes on with, once it was told so; null: none waits for it. */
export async function pushedOnto(
  c: Context,
  asked: Omit<SessionWriter, 'session'> & { readonly ledger: Ledger },
  plan: Plan,
  origin: Origin,
  source: SourceInfo,
): Promise<string | null> {
  if (source.kind === 'none') return null
  for (const { id, entries } of (await asked.ledger.all()).toReversed()) {
    const session = fold(id, entries)
    const before = waitsOn(session, entries, plan, origin)
    if (before === null) continue
    if (!(await follows(source.root, before, source.commit, c.signal))) {
      c.terminal.info(
        `session ${id} waits for a push since ${iso(session.changedAt)}, and ${source.commit.slice(0, 12)} is not on top of its ${before.slice(0, 12)}; to end it: vps-test stop ${plan.config.project} --session ${id}`,
      )
      continue
    }
    if (!(await pushSession({ ...asked, session: id }, plan, origin))) continue
    c.terminal.info(`${id} waited for a push onto ${origin.branch ?? ''} and goes on at BUILD`)
    return id
  }
  return null
}
