/** The id of a new session, and the session that a start goes on with instead. */
import { systemRandom } from '../adapters/system.ts'
import { Failure } from '../domain/failure.ts'
import { planDigest, type Plan } from '../domain/plan.ts'
import { fleetOf, projectOf } from '../domain/events/readers.ts'
import { isPersonsPlan } from '../domain/events/entry.ts'
import type { Entry } from '../domain/ledger.ts'
import { fold, type Session } from '../domain/session.ts'
import { traitsOf } from '../domain/states.ts'
import { next } from '../domain/next.ts'
import { writerText } from '../domain/writer.ts'
import type { Clock, Ledger } from '../ports.ts'
import { acts } from '../run.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import type { Context } from './context.ts'
import { writerEnded } from './writer-ended.ts'

/** Sorts by time: `testnet-20261122-204512-1f3a`. */
export function newSession(plan: Plan, clock: Clock): string {
  const stamp = new Date(clock.now()).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${plan.config.project}-${stamp}-${Buffer.from(systemRandom.bytes(2)).toString('hex')}`
}

export interface Resumed {
  readonly session: string
  /** Its own: a fix may have changed what was begun. */
  readonly plan: Plan
  /** Hash of the entry that claimed it; undefined: nothing acts in its state yet, so nothing is claimed. */
  readonly since: string | undefined
}

/**
 * A session of the very same plan that was interrupted is continued: running again is the resume.
 * One that waits has done its test: a new start tests anew, or it would show the old result for new code.
 */
export async function resumeInterrupted(c: Context, ledger: Ledger, plan: Plan): Promise<Resumed | undefined> {
  const digest = planDigest(plan)
  const interrupted = (await ledger.all())
    .toReversed()
    .map(({ id, entries }) => ({ entries, session: fold(id, entries) }))
    .filter(({ session: s, entries }) => wantedIn(entries) === digest && (s.state === 'INTERVIEW' || acts(s.state)))
  for (const { session } of interrupted) if (!(await writerEnded(c, session))) throw living(plan, session)
  const [newest] = interrupted
  if (newest === undefined) return undefined
  const { session, entries } = newest
  const claimed = next(
    entries,
    session,
    {
      event: 'claimed',
      why: `taken over from ${session.by === null ? 'nobody' : writerText(session.by)}, which ended without a record`,
      facts: {},
    },
    c.clock.now(),
    c,
  )
  if (claimed !== undefined) await ledger.append(session.id, claimed)
  return { session: session.id, since: claimed?.hash, plan: newestPlan(entries) ?? plan }
}

/**
 * Sessions of the same project and fleet, by another plan, that hold the nodes while nobody works on them: interrupted,
 * or waiting for a checkpoint. Newest first.
 */
export async function leftBehind(
  c: Context,
  ledger: Ledger,
  plan: Plan,
): Promise<
  readonly { readonly session: Session; readonly entries: readonly Entry[]; readonly interrupted: boolean }[]
> {
  const digest = planDigest(plan)
  const others = (await ledger.all())
    .toReversed()
    .map(({ id, entries }) => ({ entries, session: fold(id, entries), interrupted: acts(fold(id, entries).state) }))
    .filter(
      ({ session: s, entries }) =>
        wantedIn(entries) !== digest &&
        traitsOf(s.state).holdsLeases &&
        fleetOf(entries) === plan.fleet.name &&
        projectOf(entries) === plan.config.project,
    )
  const idle = await Promise.all(others.map(async (o) => !o.interrupted || writerEnded(c, o.session)))
  return others.filter((_, i) => idle[i])
}

/** Of the plan that a person wanted last. */
const wantedIn = (entries: readonly Entry[]): string | undefined => entries.findLast(isPersonsPlan)?.facts.planDigest

/** Two runs of one session would test beside each other and write over each other's evidence. */
const living = (plan: Plan, { id, by, state, changedAt }: Session): Failure =>
  new Failure({
    code: 'B007',
    message: `${by === null ? 'another run' : writerText(by)} works on session ${id}: in ${state} since ${new Date(changedAt).toISOString()}`,
    remedy: `vps-test stop ${plan.config.project} --session ${id}`,
  })
