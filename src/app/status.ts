/** `status`: what the ledgers say. */
import { exitCodes } from '../domain/failure.ts'
import { blockText } from '../report/plain.ts'
import { table, toned } from '../report/section.ts'
import type { Context } from './context.ts'
import type { Session } from '../domain/session.ts'
import { isFinal } from '../domain/states.ts'
import { recoveriesText } from '../domain/recovery/firing.ts'
import { readNotes, type LocalNotes } from './local-notes.ts'
import { nextStep } from './next-step.ts'
import { sessionsIn } from './sessions.ts'
import { stripHidden, iso } from '../domain/text.ts'

export async function status(c: Context, flags: { readonly json?: boolean }): Promise<number> {
  const { whole: sessions, damaged } = await sessionsIn(c.sessions)
  damaged.forEach(({ fault: { message, facts } }) => {
    c.terminal.warn(`${message}${facts.remedy === undefined ? '' : `\ntry: ${facts.remedy}`}`)
  })
  if (flags.json === true) {
    c.terminal.print(
      JSON.stringify(sessions.map(({ project, session }) => ({ project, ...session, newest: undefined }))),
    )
    return exitCodes.passed
  }
  if (sessions.length === 0) {
    c.terminal.print('no sessions yet')
    return exitCodes.passed
  }
  const notes = new Map(
    await Promise.all(
      sessions.map(async (k) => [k.session.id, await readNotes(c.sessions.folderOf(k.project, k.session.id))] as const),
    ),
  )
  c.terminal.print(
    blockText(
      table(
        ['session', 'state', 'changed', 'due', 'tests', 'recovered', 'why'],
        sessions.map(({ session: s }) => [
          s.id,
          toned(s.state, s.state === 'COMPLETE' ? 'good' : s.state === 'STOPPED' ? 'bad' : 'warn'),
          iso(s.changedAt),
          s.waitUntil === null ? '' : iso(s.waitUntil),
          String(s.counters.tests),
          recoveriesText(s.recoveries),
          `${stripHidden(s.why, 100)}${refusedText(s, notes.get(s.id)?.refused)}${nextStepText(nextStep(s, notes.get(s.id)?.key))}`,
        ]),
      ),
      c.terminal.palette,
    ),
  )
  return exitCodes.passed
}

/** Only of the state that it stands in: a later entry has got over it. */
const refusedText = ({ changedAt, state }: Session, refused: LocalNotes['refused']): string =>
  refused === undefined || refused.at < changedAt || isFinal(state)
    ? ''
    : `; could not begin at ${iso(refused.at)}: ${refused.code} ${stripHidden(refused.message, 300)}`

const nextStepText = (next: string | undefined): string => (next === undefined ? '' : `; ${stripHidden(next, 1000)}`)
