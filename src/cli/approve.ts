/** `approve`: a person's yes or no, typed on a command line. */
import { approve as decide, type ApproveFlags } from '../app/approve.ts'
import type { Context } from '../app/context.ts'
import { exitCodes } from '../domain/failure.ts'

export async function approve(c: Context, project: string | undefined, flags: ApproveFlags): Promise<number> {
  const { session } = await decide(c, project, flags)
  // The checks of a commit are made by jobs; this entry was not.
  if (session.by?.kind === 'run')
    c.terminal.info(`${session.by.url}: run its jobs report and vps-test again, so that the checks say so too`)
  return exitCodes.passed
}
