/**
 * A fleet that another session holds: wait for it, refuse, or end the other session of the same project and branch
 * (spec §4 on_busy).
 */
import type { BusyPolicy } from '../../domain/answers.ts'
import { Failure, failureFacts, isFailure } from '../../domain/failure.ts'
import type { NodeName } from '../../domain/fleet.ts'
import type { Entry } from '../../domain/ledger.ts'
import { workingMs } from '../../domain/lease-policy.ts'
import type { Plan } from '../../domain/plan.ts'
import { isCheckpoint, isFinal } from '../../domain/states.ts'
import { fold, type Session } from '../../domain/session.ts'
import { next } from '../../domain/next.ts'
import { hasPlan, type StageResult } from '../../domain/events/entry.ts'
import type { LeaseTerms, Nodes, Execution, SessionRecord } from '../../ports.ts'
import { fleetOf, projectOf } from '../../domain/events/readers.ts'
import type { PerNode } from '../../instruments/per-node.ts'
import { giveLeasesBack, takeLeases } from './leases.ts'

/** What a session comes to without its fleet. */
export type Busy = Extract<StageResult<'SETUP'>, { readonly event: 'queued' | 'superseded' | 'unrecoverable' }>

/** `superseded`: the session that was ended for it. */
export interface FleetLeases extends PerNode<number> {
  readonly superseded: string | null
}

const pollMs = 5000

/** The leases, or what the session comes to without them. */
export async function leaseFleet(
  plan: Plan,
  session: Session,
  world: Execution & Nodes & SessionRecord & LeaseTerms,
  nodes: readonly NodeName[],
): Promise<FleetLeases | Busy> {
  const confirmed = session.newest.INTERVIEW
  const policy: BusyPolicy = confirmed?.event === 'confirmed' ? confirmed.facts.onBusy : 'refuse'
  const deadline = world.clock.now() + world.patienceMs
  let ended: string | null = null
  for (;;) {
    const leases = await takeLeases(world, plan, session.id, nodes, workingMs(session, world.clock.now()))
    const busy = [...leases.failed.values()].find((f) => f.kind === 'busy')
    if (busy === undefined) return { ...leases, superseded: ended }
    // Half a fleet is no fleet, and whoever has the other half would wait for us.
    await giveLeasesBack(world, plan, session.id, [...leases.done.keys()])
    const holder = busy.facts.held?.holder ?? ''
    if (policy === 'supersede' && holder !== ended) {
      const refused = await supersede(plan, session, world, holder)
      if (refused !== null) return refusal(busy, refused)
      ended = holder
      continue
    }
    if (policy !== 'queue') return refusal(busy)
    if (holder !== ended && (await preempt(plan, session, world, holder))) {
      ended = holder
      continue
    }
    const newer = await newerOf(plan, session, world)
    if (newer !== null) return { event: 'superseded', why: `${newer} is newer and waits for the same fleet`, facts: {} }
    world.log.progress('queue', `${busy.message}; waiting`)
    const left = deadline - world.clock.now()
    if (left <= 0)
      return {
        event: 'queued',
        why: busy.message.slice(0, 1000),
        facts: { holder, who: busy.facts.held?.who ?? '', until: busy.facts.held?.until ?? 0 },
      }
    await world.clock.sleep(Math.min(pollMs, left), world.signal)
  }
}

const refusal = (busy: Failure, also?: string): Busy => ({
  event: 'unrecoverable',
  why: `${busy.message}${also === undefined ? '' : `; ${also}`}`.slice(0, 1000),
  facts: failureFacts(busy),
})

/** Ends the holder's session, when it is one of ours: same ledger, project and branch. Null: done; else why not. */
async function supersede(
  plan: Plan,
  session: Session,
  world: Execution & Nodes & SessionRecord,
  holder: string,
): Promise<string | null> {
  const entries = await world.ledger.read(holder)
  const other = fold(holder, entries)
  if (entries.length === 0) return 'it is not in this ledger, so it cannot be superseded from here'
  if (!isOfSameBranch(plan, session, entries, other))
    return 'only a session of the same project and branch may be superseded'
  if (!isFinal(other.state)) {
    const superseded = { event: 'superseded', why: `by ${session.id}`, facts: {} } as const
    const entry = next(entries, other, superseded, world.clock.now(), world)
    if (entry !== undefined) await world.ledger.append(holder, entry)
    world.log.warn(`${holder} ends: superseded by this session`)
  }
  await giveLeasesBack(world, plan, holder, plan.nodes)
  return null
}

const isOfSameBranch = (plan: Plan, session: Session, entries: readonly Entry[], other: Session): boolean => {
  const branch = session.origin?.branch ?? null
  return branch !== null && other.origin?.branch === branch && projectOf(entries) === plan.config.project
}

/**
 * Ends the holder where it only waits for a checkpoint, its configuration lets a later session of its branch end that
 * wait, and this is one, of another commit. A checkpoint that is claimed at this moment is first, and is waited for.
 */
async function preempt(
  plan: Plan,
  session: Session,
  world: Execution & Nodes & SessionRecord,
  holder: string,
): Promise<boolean> {
  const entries = await world.ledger.read(holder)
  if (entries.length === 0) return false
  const other = fold(holder, entries)
  const [then, now] = [other.origin?.commit ?? null, session.origin?.commit ?? null]
  const newer =
    now !== null && then !== null && now !== then && askedAt(await world.ledger.read(session.id)) > askedAt(entries)
  if (!other.preemptible || !isCheckpoint(other.state) || !newer || !isOfSameBranch(plan, session, entries, other))
    return false
  const why = `by ${session.id}, a later session, of another commit (${now.slice(0, 12)}), while it waited for ${other.state}: its soak is preemptible`
  const entry = next(entries, other, { event: 'superseded', why, facts: {} }, world.clock.now(), world)
  if (entry === undefined) return false
  try {
    await world.ledger.append(holder, entry)
  } catch (error) {
    if (isFailure(error, 'B001')) return false
    throw error
  }
  world.log.warn(`${holder} ends: its soak waited for ${other.state}, and is superseded by this session`)
  await giveLeasesBack(world, plan, holder, plan.nodes)
  return true
}

/**
 * Of several that wait, only the newest of a project and branch goes on that wants the same fleet. Outside git there is
 * no branch, and nobody is anybody's successor.
 */
async function newerOf(plan: Plan, session: Session, world: SessionRecord): Promise<string | null> {
  if ((session.origin?.branch ?? null) === null) return null
  const all = await world.ledger.all()
  const ours = askedAt(all.find((t) => t.id === session.id)?.entries ?? [])
  for (const { id, entries } of all) {
    const other = fold(id, entries)
    if (
      askedAt(entries) > ours &&
      fleetOf(entries) === plan.fleet.name &&
      !isFinal(other.state) &&
      other.state !== 'INTERVIEW' &&
      projectOf(entries) === plan.config.project &&
      other.origin?.branch === session.origin?.branch
    )
      return id
  }
  return null
}

/** When a session was begun, or went on with what was pushed. */
const askedAt = (entries: readonly Entry[]): number => entries.findLast(hasPlan)?.at ?? 0
