/** What is due in each session, and taking it: claimed in the ledger, tested, recorded with its lateness. */
import { quote } from '../commands/quote.ts'
import { Failure, isFailure } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import { asksWriter, reconcile, type Tick } from '../domain/reconcile.ts'
import { isCheckpoint, isFinal } from '../domain/states.ts'
import { next } from '../domain/next.ts'
import { taking, type Session } from '../domain/session.ts'
import type { StageResult } from '../domain/events/entry.ts'
import { run, type RunScope } from '../run.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { worldIn, type Context } from './context.ts'
import { planFleet } from './plan-fleet.ts'
import { exitCode } from './exit-code.ts'
import { checkCanBegin } from './can-begin.ts'
import { checkKey } from './key.ts'
import { note } from './local-notes.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'
import { writerEnded } from './writer-ended.ts'

export interface Duty {
  readonly known: StoredSession
  readonly tick: Tick
}

/** A session that is passed over, and why: the others have their checkpoints. */
export interface PassedOver {
  readonly id: string
  readonly project: string
  readonly error: unknown
}

export interface Duties {
  readonly open: readonly Duty[]
  readonly broken: readonly PassedOver[]
}

/** What a tick finds, for every session that has not ended. */
export async function duties(c: Context): Promise<Duties> {
  const { whole, damaged } = await sessionsIn(c.sessions)
  const open: Duty[] = []
  const broken: PassedOver[] = damaged.map(({ id, project, fault }) => ({ id, project, error: fault }))
  await Promise.all(
    whole
      .filter((k) => !isFinal(k.session.state))
      .map(async (known) => {
        try {
          open.push({ known, tick: await tickOf(c, known.session) })
        } catch (error) {
          c.signal.throwIfAborted()
          broken.push({ id: known.session.id, project: known.project, error: endable(known, error) })
        }
      }),
  )
  return { open: open.toSorted((a, b) => b.known.session.changedAt - a.known.session.changedAt), broken }
}

/** What its ledger says can make no sense: then a person ends it. */
const endable = (known: StoredSession, error: unknown): unknown =>
  error instanceof Failure && error.kind === 'usage' && error.facts.remedy === undefined
    ? new Failure({ ...error.facts, remedy: endingOf(known) }, error)
    : error

const endingOf = ({ project, session: { id } }: StoredSession): string =>
  `vps-test stop ${quote(project)} --session ${quote(id)}`

export const tickOf = async (c: Context, s: Session): Promise<Tick> =>
  reconcile(s, c.clock.now(), asksWriter(s) && (await writerEnded(c, s)))

/**
 * Appends what the tick decided, on exactly the entries that it was decided on. Answers with the entry; undefined:
 * another writer was first.
 */
export async function decide(
  c: Context,
  { ledger, session, entries }: StoredSession,
  outcome: StageResult,
): Promise<Entry | undefined> {
  const at = c.clock.now()
  // Another session's test may have run since the tick was decided: lateness is that of the claim.
  const claim =
    outcome.event === 'due' && isCheckpoint(session.state)
      ? { ...outcome, facts: { checkpoint: taking(session, session.state, at) } }
      : outcome
  const entry = next(entries, session, claim, at, c)
  if (entry === undefined) return undefined
  try {
    await ledger.append(session.id, entry)
    c.terminal.info(`${session.id}: ${entry.from} → ${entry.to}: ${entry.why}`)
    return entry
  } catch (error) {
    if (isFailure(error, 'B001')) {
      c.terminal.info(`${session.id}: another writer was first`)
      return undefined
    }
    throw error
  }
}

export interface Taken {
  readonly session: Session
  readonly code: number
}

/**
 * Claims what is due in one session and works on it until it waits or ends. Undefined: nothing was due, or another was
 * first.
 */
export async function take(
  c: Context,
  known: StoredSession,
  tick: Tick,
  key: KeySource | null,
  checkout: string,
  limits: RunScope = {},
): Promise<Taken | undefined> {
  if (tick.kind === 'nothing') return undefined
  const {
    ledger,
    project,
    entries,
    session: { id },
  } = known
  const plan = newestPlan(entries)
  const folder = c.sessions.folderOf(project, id)
  const claims = tick.kind === 'claim'
  const before = claims ? planned(plan, known) : plan
  // A claim without what its work needs would end the session for nothing.
  if (claims && before !== undefined)
    await refusing(c, folder, async () => checkKey(c, key, await planFleet(c, before.fleet, { key })))
  const open = (of: Plan): OpenWorld =>
    worldIn(c, { fleet: of.fleet, ledger, session: id, folder, checkout, key, patienceMs: 0 })
  if (claims && before !== undefined && known.session.state !== 'SETUP') {
    const look = open(before)
    try {
      await refusing(c, folder, () => checkCanBegin(look, before, known.session))
    } finally {
      await look.close()
    }
  }
  const decided = await decide(c, known, tick.outcome)
  if (decided === undefined) return undefined
  const world = open(planned(plan, known))
  try {
    // Also where the tick ended the session: run gives the leases back.
    const session = await run(planned(plan, known), id, world, { ...limits, since: decided.hash })
    return { session, code: exitCode(session, await ledger.read(id)) }
  } finally {
    await world.close()
  }
}

/** What kept the checkpoint from its beginning is told by `status` too. */
async function refusing(c: Context, folder: string, look: () => Promise<void>): Promise<void> {
  try {
    await look()
  } catch (error) {
    if (error instanceof Failure)
      await note(folder, { refused: { at: c.clock.now(), code: error.facts.code, message: error.message } })
    throw error
  }
}

function planned(plan: Plan | undefined, known: StoredSession): Plan {
  if (plan === undefined)
    throw new Failure({
      code: 'H030',
      message: `session ${known.session.id} has no plan`,
      remedy: endingOf(known),
    })
  return plan
}
