/** A session of the same project that holds the fleet with another plan, and that nobody works on: offered to the person. */
import { choose } from '../adapters/prompt.ts'
import type { Context } from '../app/context.ts'
import { leftBehind } from '../app/new-session.ts'
import { stop } from '../app/stop.ts'
import { quote } from '../commands/quote.ts'
import { isPersonsPlan } from '../domain/events/entry.ts'
import type { Plan } from '../domain/plan.ts'
import { iso, stripHidden } from '../domain/text.ts'
import type { StoredSession } from '../app/sessions.ts'
import type { KeySource } from '../world.ts'

/** The plan of the session that the person wants to go on with; null: a new session begins. */
export async function offerLeftBehind(
  c: Context,
  ledger: StoredSession['ledger'],
  plan: Plan,
  { key, ask }: { readonly key: KeySource | null; readonly ask: boolean },
): Promise<Plan | null> {
  const { project } = plan.config
  for (const { session: s, entries, interrupted } of await leftBehind(c, ledger, plan)) {
    const what = `session ${s.id} holds the fleet by another plan: ${s.state} since ${iso(s.changedAt)}`
    if (!ask) {
      c.terminal.info(`${what}; to end it: vps-test stop ${quote(project)} --session ${quote(s.id)}`)
      continue
    }
    const choice = await choose(
      stripHidden(what, 300),
      [
        ...(interrupted ? [{ value: 'continue', description: 'go on with it, by its own plan' }] : []),
        { value: 'stop', description: 'end it, and begin anew with the plan above' },
        { value: 'leave', description: 'leave it; the new session waits for the fleet' },
      ],
      'leave',
    )
    if (choice === 'continue') return entries.findLast(isPersonsPlan)?.facts.plan ?? null
    if (choice === 'stop') await stop(c, project, { key, session: s.id })
  }
  return null
}
