/** `approve`: a person's yes or no to a session that waits for one (spec §4 AWAIT_APPROVAL). */
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import { stripHidden } from '../domain/text.ts'
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
  const open = await waitingFor(c, project, flags.session)
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

/** The one that waits for a person's word; of several nobody decides by leaving out which. */
export async function waitingFor(
  c: Context,
  project: string | undefined,
  session: string | undefined,
): Promise<StoredSession> {
  const all = (await storedSessions(c.sessions)).filter((k) => k.session.state === 'AWAIT_APPROVAL')
  const [open, ...others] = all.filter(
    (k) => (project === undefined || k.project === project) && (session === undefined || k.session.id === session),
  )
  if (open === undefined)
    throw new Failure({
      code: 'U055',
      message: `no session${project === undefined ? '' : ` of project ${stripHidden(project, 80)}`}${session === undefined ? '' : ` ${stripHidden(session, 80)}`} waits for approval${
        all.length === 0
          ? ''
          : `; these wait: ${all
              .slice(0, 10)
              .map((k) => k.session.id)
              .join(', ')}`
      }`,
      remedy: 'vps-test status',
    })
  if (others.length > 0)
    throw new Failure({
      code: 'U079',
      message: `${others.length + 1} sessions wait for approval, and it is not said which is meant: ${[open, ...others].map((k) => k.session.id).join(', ')}`,
      remedy: `vps-test approve --session ${quote(open.session.id)}`,
    })
  return open
}
