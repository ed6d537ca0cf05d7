/** `status`: where each session stands, by its ledger; those that have not ended first. */
import { exitCodes } from '../domain/failure.ts'
import { fitted, type Column } from '../report/fitting.ts'
import { blockText } from '../report/plain.ts'
import { toned, type Inline } from '../report/section.ts'
import type { Session } from '../domain/session.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { recoveriesText } from '../domain/recovery/firing.ts'
import { duration, stripHidden } from '../domain/text.ts'
import type { Context } from './context.ts'
import { readNotes, type LocalNotes } from './local-notes.ts'
import { nextStep } from './next-step.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'
import { writerEnded } from './writer-ended.ts'

export interface StatusFlags {
  readonly json?: boolean
  readonly project?: string
  readonly all?: boolean
  readonly remote?: string
}

/** Ended sessions that are shown unasked. */
const usualEnded = 10

export async function status(c: Context, flags: StatusFlags): Promise<number> {
  const { whole, damaged } = await sessionsIn(c.sessions, flags.project)
  damaged.forEach(({ fault: { message, facts } }) => {
    c.terminal.warn(`${message}${facts.remedy === undefined ? '' : `\ntry: ${facts.remedy}`}`)
  })
  if (flags.json === true) {
    c.terminal.print(JSON.stringify(whole.map(({ project, session }) => ({ project, ...session, newest: undefined }))))
    return exitCodes.passed
  }
  if (whole.length === 0) {
    c.terminal.print('no sessions yet')
    return exitCodes.passed
  }
  const open = whole.filter(({ session }) => !isFinal(session.state))
  const ended = whole.filter(({ session }) => isFinal(session.state))
  const shown = [...open, ...(flags.all === true ? ended : ended.slice(0, usualEnded))]
  const rows = await Promise.all(shown.map((k) => rowOf(c, k, flags.remote === undefined)))
  c.terminal.print(blockText(fitted(columns, rows, c.terminal.columns()), c.terminal.palette))
  for (const { session, next } of rows)
    if (next !== undefined) c.terminal.print(c.terminal.palette.dim(`${session.id}: ${stripHidden(next, 1000)}`))
  if (shown.length < whole.length) c.terminal.info(`${whole.length - shown.length} more that have ended: --all`)
  return exitCodes.passed
}

interface Row {
  readonly session: Session
  readonly project: string
  readonly now: number
  readonly refused: LocalNotes['refused']
  readonly next: string | undefined
  /** Whoever worked on it has ended, and the ledger does not say so. */
  readonly left: boolean
}

async function rowOf(c: Context, { session, project }: StoredSession, here: boolean): Promise<Row> {
  const { refused, key } = await readNotes(c.sessions.folderOf(project, session.id))
  const left = here && traitsOf(session.state).kind === 'working' && (await writerEnded(c, session).catch(() => false))
  return { session, project, now: c.clock.now(), refused, next: nextStep(session, key), left }
}

const columns: readonly Column<Row>[] = [
  { title: 'session', rank: 1, of: ({ session }) => session.id },
  { title: 'state', rank: 2, of: stateCell },
  { title: 'since', rank: 3, align: 'right', of: ({ session, now }) => `${duration(now - session.changedAt)} ago` },
  { title: 'due', rank: 4, of: dueCell },
  { title: 'tests', rank: 7, align: 'right', of: ({ session }) => String(session.counters.tests) },
  { title: 'recovered', rank: 6, of: ({ session }) => recoveriesText(session.recoveries) },
  { title: 'why', rank: 5, cut: true, of: (row) => `${stripHidden(row.session.why, 100)}${refusedText(row)}` },
]

function stateCell({ session: { state }, left }: Row): Inline {
  if (left) return toned(`${state}, its run has ended`, 'bad')
  return toned(state, state === 'COMPLETE' ? 'good' : state === 'STOPPED' ? 'bad' : 'warn')
}

function dueCell({ session: { waitUntil }, now }: Row): Inline {
  if (waitUntil === null) return ''
  return waitUntil > now ? `in ${duration(waitUntil - now)}` : toned(`${duration(now - waitUntil)} ago`, 'bad')
}

/** Only of the state that it stands in: a later entry has got over it. */
const refusedText = ({ session: { changedAt, state }, refused, now }: Row): string =>
  refused === undefined || refused.at < changedAt || isFinal(state)
    ? ''
    : `; could not begin ${duration(now - refused.at)} ago: ${refused.code} ${stripHidden(refused.message, 300)}`
