/** `soak`: one tick of the schedule, or all of them: what is due is claimed in the ledger, tested, and recorded with its lateness. */
import { processEnded } from '../adapters/system.ts'
import { quote } from '../commands/quote.ts'
import { exitCodeOf, exitCodes, Failure, isFailure } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import { asksWriter, lateness, reconcile, type Tick } from '../domain/reconcile.ts'
import { finals, next, taking, type StageResult, type Session } from '../domain/session.ts'
import { stripHidden } from '../domain/visible.ts'
import { signature } from '../domain/writer.ts'
import { run, type Limits } from '../run.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import type { KeySource } from '../world.ts'
import { worldIn, type Context } from '../app/context.ts'
import { exitCode } from '../app/exit-code.ts'
import { explain } from './explain.ts'
import { storedSession, sessionsIn, type StoredSession } from '../app/sessions.ts'
import { checkKey } from '../app/key.ts'

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

export interface SoakFlags {
  readonly json?: boolean
  readonly watch?: boolean
  readonly session?: string
  readonly key?: KeySource | null
}

/** What a tick finds, for every session that has not ended. */
export async function duties(c: Context): Promise<Duties> {
  const { whole, damaged } = await sessionsIn(c.sessions)
  const open: Duty[] = []
  const broken: PassedOver[] = damaged.map(({ id, project, fault }) => ({ id, project, error: fault }))
  await Promise.all(
    whole
      .filter((k) => !finals.includes(k.session.state))
      .map(async (known) => {
        try {
          open.push({ known, tick: await tickOf(c, known.session) })
        } catch (error) {
          c.signal.throwIfAborted()
          broken.push({ id: known.session.id, project: known.project, error: endable(c, known, error) })
        }
      }),
  )
  return { open: open.toSorted((a, b) => b.known.session.changedAt - a.known.session.changedAt), broken }
}

/** What its ledger says can make no sense: then a person ends it. */
const endable = (c: Context, known: StoredSession, error: unknown): unknown =>
  error instanceof Failure && error.kind === 'usage' && error.facts.remedy === undefined
    ? new Failure({ ...error.facts, remedy: endingOf(c, known) }, error)
    : error

const endingOf = ({ writer }: Context, { project, session: { id } }: StoredSession): string =>
  writer.kind === 'run'
    ? `gh workflow run vps-test-ops.yml -f command=stop -f session=${quote(id)}`
    : `vps-test stop ${quote(project)} --session ${quote(id)}`

export const tickOf = async (c: Context, s: Session): Promise<Tick> =>
  reconcile(s, c.clock.now(), asksWriter(s) && (await writerEnded(c, s)))

async function writerEnded(c: Context, s: Session): Promise<boolean> {
  if (s.by === null) return true
  const silent = c.clock.now() - s.changedAt
  // A run lasts as long as any of its jobs, and one may wait for reviewers for weeks: the job that wrote last cannot be alive.
  if (s.by.kind === 'run')
    return silent > longestJobMs || (c.forge !== null && c.forge.runEnded(s.by.run, s.by.attempt))
  // Another host's process cannot be seen from here; no stage takes this long.
  return processEnded(s.by) || silent > longestStageMs
}
const longestStageMs = 3 * 3_600_000
/** `timeout-minutes` of the job `checkpoint` is 240 (a test holds the two together). */
export const longestJobMs = 5 * 3_600_000

/** Appends what the tick decided, on exactly the entries that it was decided on. Answers with the entry; undefined: another writer was first. */
export async function decide(
  c: Context,
  { ledger, session, entries }: StoredSession,
  outcome: StageResult,
): Promise<Entry | undefined> {
  const at = c.clock.now()
  // Another session's test may have run since the tick was decided: lateness is that of the claim.
  const claim =
    outcome.event === 'due' && (session.state === 'WAIT_1HR' || session.state === 'WAIT_6HR')
      ? { checkpoint: { ...taking(session, session.state, at) } }
      : {}
  const entry = next(entries, session, { ...outcome, facts: { ...outcome.facts, ...claim, ...signature(c) } }, at)
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

/** Claims what is due in one session and works on it until it waits or ends. Undefined: nothing was due, or another was first. */
export async function take(
  c: Context,
  known: StoredSession,
  tick: Tick,
  key: KeySource | null,
  checkout: string,
  limits: Limits = {},
): Promise<Taken | undefined> {
  if (tick.kind === 'nothing') return undefined
  const {
    ledger,
    project,
    entries,
    session: { id },
  } = known
  const plan = newestPlan(entries)
  // A claim without what its work needs would end the session for nothing.
  if (tick.kind === 'claim') await checkKey(c, key, planned(c, plan, known).fleet)
  const decided = await decide(c, known, tick.outcome)
  if (decided === undefined) return undefined
  const { fleet } = planned(c, plan, known)
  const world = worldIn(c, {
    fleet,
    ledger,
    session: id,
    folder: c.sessions.folderOf(project, id),
    checkout,
    key,
    patienceMs: 0,
  })
  try {
    // Also where the tick ended the session: run gives the leases back.
    const session = await run(planned(c, plan, known), id, world, { ...limits, since: decided.hash })
    return { session, code: exitCode(session, await ledger.read(id)) }
  } finally {
    await world.close()
  }
}

function planned(c: Context, plan: Plan | undefined, known: StoredSession): Plan {
  if (plan === undefined)
    throw new Failure({
      code: 'H030',
      message: `session ${known.session.id} has no plan`,
      remedy: endingOf(c, known),
    })
  return plan
}

/** Ends with the worst of what the sessions came to; one that breaks keeps none of the others from its checkpoint. */
export async function soak(c: Context, flags: SoakFlags): Promise<number> {
  const told = new Set<string>()
  for (;;) {
    const found = await duties(c)
    const mine = (id: string): boolean => flags.session === undefined || id === flags.session
    const [open, broken] = [found.open.filter((d) => mine(d.known.session.id)), found.broken.filter((b) => mine(b.id))]
    if (
      flags.session !== undefined &&
      open.length + broken.length === 0 &&
      (await storedSession(c.sessions, flags.session)) === undefined
    )
      throw new Failure({
        code: 'U053',
        message: `no session ${flags.session}`,
        remedy: 'vps-test status',
      })
    const done: Taken[] = []
    for (const { known, tick } of open) {
      try {
        const taken = await take(c, known, tick, flags.key ?? null, c.cwd)
        if (taken !== undefined) done.push(taken)
        else if (flags.json !== true) c.terminal.info(line(known, tick, c.clock.now()))
      } catch (error) {
        c.signal.throwIfAborted()
        broken.push({ id: known.session.id, project: known.project, error })
      }
    }
    const codes = broken.map((b) => tell(c, b, told))
    if (flags.json === true)
      c.terminal.print(
        JSON.stringify(
          done.map(({ session: s, code }) => ({ session: s.id, state: s.state, why: s.why, exitCode: code })),
        ),
      )
    const waits = open.flatMap(({ tick }) => (tick.kind === 'nothing' && tick.nextAt !== null ? [tick.nextAt] : []))
    if (flags.watch !== true || (waits.length === 0 && done.length === 0))
      return Math.max(exitCodes.passed, ...done.map((d) => d.code), ...codes)
    if (done.length === 0)
      await c.clock.sleep(Math.max(1000, Math.min(60_000, ...waits.map((at) => at - c.clock.now()))), c.signal)
  }
}

/** Once, however often it is found. Its exit code. */
function tell(c: Context, { id, error }: PassedOver, told: Set<string>): number {
  const what = `${id}: ${error instanceof Error ? error.message : String(error)}`
  if (told.has(what)) return failureCode(error)
  told.add(what)
  c.terminal.warn(`${stripHidden(id, 100)} is passed over:`)
  return explain(c, error)
}
const failureCode = (error: unknown): number => (error instanceof Failure ? exitCodeOf(error.kind) : exitCodes.harness)

const line = ({ session: s }: StoredSession, tick: Tick, now: number): string =>
  `${s.id}: ${s.state}${tick.kind === 'nothing' ? `: ${tick.why}${tick.nextAt === null ? '' : `; next in ${lateness(tick.nextAt - now)}`}` : ''}`
