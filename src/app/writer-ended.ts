/** Whether the writer of a session's newest entry has ended: until then the session is its own. */
import { processEnded } from '../adapters/system.ts'
import type { Session } from '../domain/session.ts'
import type { Context } from './context.ts'

export async function writerEnded(c: Context, s: Session): Promise<boolean> {
  if (s.by === null) return true
  const silent = c.clock.now() - s.changedAt
  // A run lasts as long as any of its jobs, and one may wait for reviewers for weeks: the job that wrote last cannot be
  // alive.
  if (s.by.kind === 'run')
    return silent > longestJobMs || (c.forge !== null && c.forge.runEnded(s.by.run, s.by.attempt))
  // Another host's process cannot be seen from here; no stage takes this long.
  return processEnded(s.by) || silent > longestStageMs
}
const longestStageMs = 3 * 3_600_000
/** `timeout-minutes` of the job `checkpoint` is 240 (a test holds the two together). */
export const longestJobMs = 5 * 3_600_000
