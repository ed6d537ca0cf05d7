/** RESTART: a regression begins the full loop again, with the same plan and the same commit (spec §4). */
import type { Stage } from './stage.ts'

export const restart: Stage<'RESTART'> = async (_plan, session) => ({
  event: 'restart',
  why: `full loop ${session.counters.restarts + 2}`,
  facts: {},
})
