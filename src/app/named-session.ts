/** The session that a person means: by project, or by its id; who mistypes is told what there is. */
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import { stripHidden } from '../domain/text.ts'
import { hint } from '../inputs/nearest.ts'
import type { Context } from './context.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'

/** Sessions of a project, the newest first, or the one that is meant; at least one. */
export async function named(
  c: Context,
  project: string,
  session: string | undefined,
): Promise<readonly [StoredSession, ...StoredSession[]]> {
  const all = (await sessionsIn(c.sessions, project)).whole
  const [first, ...more] = all.filter((k) => session === undefined || k.session.id === session)
  if (first !== undefined) return [first, ...more]
  const told =
    all.length > 0 && session !== undefined
      ? hint(
          session,
          all.map((k) => k.session.id),
        )
      : await projectsHint(c, project)
  throw noSession(
    `project ${stripHidden(project, 80)} has no session${session === undefined ? '' : ` ${stripHidden(session, 80)}`}${told}`,
  )
}

async function projectsHint(c: Context, project: string): Promise<string> {
  const others = (await sessionsIn(c.sessions)).whole.map((k) => k.project).filter((p) => p !== project)
  return hint(project, [...new Set(others)])
}

export const noSession = (message: string): Failure => new Failure({ code: 'U053', message, remedy: 'vps-test status' })

export const namedSession = async (c: Context, project: string, session: string | undefined): Promise<StoredSession> =>
  (await named(c, project, session))[0]

/** By its id alone, or by the beginning of it, as far as that is one session's only. */
export async function sessionById(c: Context, id: string): Promise<StoredSession> {
  const all = (await sessionsIn(c.sessions)).whole
  const exact = all.find((k) => k.session.id === id)
  if (exact !== undefined) return exact
  const [one, ...others] = all.filter((k) => k.session.id.startsWith(id) || k.session.id.endsWith(`-${id}`))
  if (one !== undefined && others.length === 0) return one
  throw noSession(
    `${one === undefined ? 'there is no session' : 'more than one session is called'} ${JSON.stringify(stripHidden(id, 80))}${
      one === undefined
        ? hint(
            id,
            all.map((k) => k.session.id),
          )
        : `: ${[one, ...others].map((k) => k.session.id).join(', ')}`
    }`,
  )
}

export const nearestRemedy = (project: string, { session }: StoredSession): string =>
  `vps-test logs ${quote(project)} --session ${quote(session.id)} --transitions`
