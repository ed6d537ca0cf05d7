/**
 * With what a test is compared: the newest proof of the branch that it goes into, of the same project on the same
 * fleet.
 */
import { compare, demandsIn, lastProofOf, type Comparison } from '../report/comparison.ts'
import type { Counts } from '../domain/counts.ts'
import { fleetOf, originOf, projectOf } from '../domain/events/readers.ts'
import { storedSessions, type StoredSession } from '../app/sessions.ts'
import type { Job } from './job.ts'
import { messageOf } from '../domain/text.ts'

export interface Compared {
  readonly id: string
  readonly entries: StoredSession['entries']
  readonly counts: Counts
}

/**
 * For any base branch, with one look at the ledger; null where that cannot be read, because then nothing is known of
 * the branch.
 */
export async function againstBase(
  job: Job,
  { id, entries, counts }: Compared,
): Promise<(branch: string | null) => Comparison | null> {
  const known = await storedSessions(job.baseHome).catch((error: unknown) => {
    job.context.signal.throwIfAborted()
    job.context.terminal.warn(`the base branch's ledger cannot be read: ${messageOf(error)}`)
    return null
  })
  const others = known?.filter((k) => k.session.id !== id) ?? null
  const [project, fleet] = [projectOf(entries), fleetOf(entries)]
  return (branch) =>
    others === null || branch === null
      ? null
      : compare(counts, lastProofOf(others, { branch, project, fleet }), demandsIn(entries))
}

/**
 * Where no pull request says it: what this run's goes into; of anything else the default branch, which is not compared
 * with itself.
 */
export const baseBranchOf = ({ facts }: Job, entries: StoredSession['entries']): string | null => {
  const origin = originOf(entries)
  const itself = facts.origin.event !== 'pull_request' && (origin?.branch ?? facts.origin.branch) === facts.baseBranch
  return itself ? null : facts.baseBranch
}
