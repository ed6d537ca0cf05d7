/** A session that a later push went on with: what it came to says nothing about the commit of an earlier run. */
import type { Session } from '../domain/session.ts'
import type { Job } from './job.ts'

/** One sentence; null: the session is about this run's commit. */
export function continuedAtOtherCommit({ facts }: Job, { id, origin }: Session): string | null {
  const [theirs, ours] = [origin?.commit ?? null, facts.origin.commit]
  return theirs === null || ours === null || theirs === ours
    ? null
    : `session ${id} went on with commit ${theirs.slice(0, 12)}: it says nothing about ${ours.slice(0, 12)}`
}
