/** `approve`: a person's yes or no, typed on a command line, with what it is about before his eyes. */
import { join } from 'node:path'
import { choose } from '../adapters/prompt.ts'
import { approve as decide, waitingFor, type ApproveFlags } from '../app/approve.ts'
import type { Context } from '../app/context.ts'
import type { StoredSession } from '../app/sessions.ts'
import { countsText } from '../domain/counts.ts'
import { subjectOf, testsOf } from '../domain/events/readers.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { duration, stripHidden } from '../domain/text.ts'

export interface CliApproveFlags extends ApproveFlags {
  readonly yes?: boolean
}

export async function approve(c: Context, project: string | undefined, flags: CliApproveFlags): Promise<number> {
  const waiting = await waitingFor(c, project, flags.session)
  for (const line of aboutLines(c, waiting)) c.terminal.info(line)
  // Off a terminal the words of the command are the whole answer.
  if (c.terminal.interactive && flags.yes !== true) {
    const verb = flags.reject === true ? 'reject' : 'approve'
    const answer = await choose(`Do you ${verb} it?`, [
      { value: 'no', description: 'leave it as it is: it waits on' },
      { value: 'yes', description: verb },
    ])
    if (answer !== 'yes')
      throw new Failure({ code: 'U043', message: `${waiting.session.id} waits on: nothing was decided` })
  }
  const { session } = await decide(c, project, { ...flags, session: waiting.session.id })
  // The checks of a commit are made by jobs; this entry was not.
  if (session.by?.kind === 'run')
    c.terminal.info(`${session.by.url}: run its jobs report and vps-test again, so that the checks say so too`)
  return exitCodes.passed
}

/** What a yes would stand for. */
function aboutLines(c: Context, { project, session, entries }: StoredSession): readonly string[] {
  const test = testsOf(entries).at(-1)
  const commit = session.origin?.commit
  return [
    `${session.id}, project ${project}${commit === undefined || commit === null ? '' : `, commit ${commit.slice(0, 12)} ${stripHidden(subjectOf(entries) ?? '', 80)}`}`,
    ...(test === undefined
      ? []
      : [
          `test ${session.counters.tests}: ${test.result}, ${countsText(test.counts)}`,
          `proof: ${join(c.sessions.folderOf(project, session.id), test.proofPage)}`,
        ]),
    ...(session.waitUntil === null
      ? []
      : [`it waits for ${duration(Math.max(0, session.waitUntil - c.clock.now()))} yet`]),
  ]
}
