/** The full loops of a session: as many as its plan allows, each with the number that it has. */
import { hasPlan, type Entry } from '../events/entry.ts'
import type { Plan } from '../plan.ts'
import { fold } from '../session.ts'

/** Of a chain that holds. */
export const loopFaults = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((e, i) => {
    const before = entries.slice(0, i)
    if (e.event === 'confirmed') {
      // Of a plan in a ledger no more is checked than readers of entries need.
      const config: Partial<Plan['config']> | undefined = before.findLast(hasPlan)?.facts.plan.config
      const allowed = config?.soak?.maxRestarts
      return e.facts.restarts === allowed
        ? []
        : [`entry ${e.seq}: ${e.facts.restarts} full loops were confirmed, the plan has ${allowed ?? 'none'}`]
    }
    if (e.event !== 'restart') return []
    const { counters, restartsAllowed } = fold(e.session, before)
    const [loop, budget] = [counters.restarts + 2, restartsAllowed]
    return e.facts.loop === loop && e.facts.budget === budget
      ? []
      : [
          `entry ${e.seq}: loop ${e.facts.loop} of budget ${e.facts.budget}, where loop ${loop} of budget ${budget} begins`,
        ]
  })
