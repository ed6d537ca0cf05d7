/** `approve`: a person's yes or no to a session that waits for one (spec §4 AWAIT_APPROVAL). */
import { Failure } from '../domain/failure.ts'
import { recordOutcome } from '../stages/parts/interview.ts'
import type { Context } from './context.ts'
import { storedSessions, type StoredSession } from './sessions.ts'

export interface ApproveFlags {
  readonly reject?: boolean
  readonly session?: string
  readonly comment?: string
}

/** Answers with the session as it stood before. `how`: `cli`, or the environment whose reviewers said it. */
export async function approve(
  c: Context,
  project: string | undefined,
  flags: ApproveFlags,
  by: string = c.who,
  how = 'cli',
): Promise<StoredSession> {
  const all = (await storedSessions(c.sessions, project)).filter(
    (k) => flags.session === undefined || k.session.id === flags.session,
  )
  const open = all.find((k) => k.session.state === 'AWAIT_APPROVAL')
  if (open === undefined)
    throw new Failure({
      code: 'U055',
      message: `no session${project === undefined ? '' : ` of project ${project}`} waits for approval`,
      remedy: 'vps-test status',
    })
  const comment = flags.comment === undefined || flags.comment === '' ? '' : `: ${flags.comment.slice(0, 500)}`
  const written = await recordOutcome(
    { ledger: open.ledger, clock: c.clock, session: open.session.id, writer: c.writer, clockShift: c.clockShift },
    {
      event: flags.reject === true ? 'rejected' : 'approved',
      why: `by ${by} (${how})${comment}`,
      facts: { approvedBy: by, how },
    },
  )
  if (!written)
    throw new Failure({
      code: 'B003',
      message: `session ${open.session.id} was decided by somebody else first`,
      remedy: 'vps-test status',
    })
  c.terminal.info(`${open.session.id}: ${flags.reject === true ? 'rejected' : 'approved'} by ${by}`)
  return open
}
