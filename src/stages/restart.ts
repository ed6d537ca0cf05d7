/** RESTART: a regression begins the full loop again, with the same plan and the same commit (spec §4). */
import { regressedText } from '../domain/regressed.ts'
import type { Stage } from './stage.ts'

export const restart: Stage<'RESTART'> = async (_plan, session) => {
  const test = session.newest.TEST
  const regressed = test !== undefined && 'regressed' in test.facts ? (test.facts.regressed ?? null) : null
  const [loop, budget] = [session.counters.restarts + 2, session.restartsAllowed]
  return {
    event: 'restart',
    why: `full loop ${loop} of at most ${budget + 1}: ${regressed === null ? 'a checkpoint failed' : regressedText(regressed)}`.slice(
      0,
      1000,
    ),
    facts: { loop, budget },
  }
}
