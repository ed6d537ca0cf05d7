/** `status`, `logs`, `stop`: what the ledgers say, and a person's stop. */
import { exitCodes, Failure } from '../domain/failure.ts'
import { isFinal } from '../domain/states.ts'
import { blockText } from '../report/plain.ts'
import { table, toned } from '../report/section.ts'
import { recordOutcome, recordedPlan } from '../stages/parts/interview.ts'
import { giveLeasesBack } from '../stages/parts/leases.ts'
import { leasedNodes } from '../stages/parts/roster.ts'
import type { KeySource } from '../world.ts'
import { worldIn, type Context } from './context.ts'
import { nextStep } from './next-step.ts'
import { storedSessions, sessionsIn, type StoredSession } from './sessions.ts'
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
  c.terminal.print(
    blockText(
      table(
        ['session', 'state', 'changed', 'due', 'tests', 'why'],
        sessions.map(({ session: s }) => [
          s.id,
          toned(s.state, s.state === 'COMPLETE' ? 'good' : s.state === 'STOPPED' ? 'bad' : 'warn'),
          iso(s.changedAt),
          s.waitUntil === null ? '' : iso(s.waitUntil),
          String(s.counters.tests),
          `${stripHidden(s.why, 100)}${nextStepText(nextStep(s))}`,
        ]),
      ),
      c.terminal.palette,
    ),
  )
  return exitCodes.passed
}

/** Of the session that is named, or the newest. */
export async function logs(
  c: Context,
  project: string,
  flags: { readonly json?: boolean; readonly session?: string },
): Promise<number> {
  const [known] = await named(c, project, flags.session)
  c.terminal.print(
    flags.json === true
      ? JSON.stringify(known.entries.map((e) => ({ ...e, facts: undefined })))
      : known.entries.map((e) => `${iso(e.at)} ${e.from} → ${e.to}: ${stripHidden(e.why, 2000)}`).join('\n'),
  )
  return exitCodes.passed
}

/**
 * Ends the newest unfinished session of a project and gives its leases back; where all have ended, only the leases that
 * the newest left behind when it was killed.
 */
export async function stop(
  c: Context,
  project: string,
  flags: { readonly key?: KeySource | null; readonly session?: string },
): Promise<number> {
  const all = await named(c, project, flags.session)
  const open = all.find((k) => !isFinal(k.session.state)) ?? all[0]
  const stopped = await recordOutcome(
    { ledger: open.ledger, clock: c.clock, session: open.session.id, writer: c.writer, clockShift: c.clockShift },
    { event: 'stop', why: `by ${c.who}`, facts: {} },
  )
  c.terminal.info(
    stopped
      ? `stopped ${open.session.id}`
      : `${open.session.id} has ended already (${open.session.state}); its leases are given back`,
  )
  const plan = await recordedPlan(open.ledger, open.session.id)
  if (plan === undefined) return exitCodes.passed
  const world = worldIn(c, {
    fleet: plan.fleet,
    ledger: open.ledger,
    session: open.session.id,
    folder: c.sessions.folderOf(project, open.session.id),
    key: flags.key ?? null,
  })
  try {
    await giveLeasesBack(world, plan, open.session.id, leasedNodes(plan, open.session))
  } finally {
    await world.close()
  }
  return exitCodes.passed
}

const nextStepText = (next: string | undefined): string => (next === undefined ? '' : `; ${stripHidden(next, 1000)}`)

/** Sessions of a project, the newest first, or the one that is meant; at least one. */
async function named(
  c: Context,
  project: string,
  session: string | undefined,
): Promise<readonly [StoredSession, ...StoredSession[]]> {
  const [first, ...more] = (await storedSessions(c.sessions, project)).filter(
    (k) => session === undefined || k.session.id === session,
  )
  if (first === undefined)
    throw new Failure({
      code: 'U053',
      message: `project ${project} has no session${session === undefined ? '' : ` ${session}`}`,
      remedy: 'vps-test status',
    })
  return [first, ...more]
}
