/** `soak`: one tick of the schedule, or all of them: what is due is claimed in the ledger, tested, and recorded with its lateness. */
import { processEnded } from '../adapters/system.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Entry } from '../domain/ledger.ts'
import { asksWriter, lateness, reconcile, type Tick } from '../domain/reconcile.ts'
import { finals, next, taking, type Outcome, type Session } from '../domain/session.ts'
import { signature } from '../domain/writer.ts'
import { run } from '../run.ts'
import { recordedPlan } from '../stages/interview.ts'
import type { KeySource } from '../world.ts'
import { worldIn, type Context } from './context.ts'
import { exitCode } from './ending.ts'
import { knownSession, knownSessions, type Known } from './home.ts'

export interface Duty { readonly known: Known; readonly tick: Tick }

export interface SoakFlags { readonly json?: boolean; readonly watch?: boolean; readonly session?: string; readonly key?: KeySource | null }

/** What a tick finds, for every session that has not ended. */
export async function duties(c: Context): Promise<readonly Duty[]> {
  const open = (await knownSessions(c.home)).filter((k) => !finals.includes(k.session.state))
  return Promise.all(open.map(async (known) => ({ known, tick: await tickOf(c, known.session) })))
}

export const tickOf = async (c: Context, s: Session): Promise<Tick> => reconcile(s, c.clock.now(), asksWriter(s) && (await writerEnded(c, s)))

async function writerEnded(c: Context, s: Session): Promise<boolean> {
  if (s.by === null) return true
  const silent = c.clock.now() - s.changedAt
  // A run lasts as long as any of its jobs, and one may wait for reviewers for weeks: the job that wrote last cannot be alive.
  if (s.by.kind === 'run') return silent > longestJobMs || (c.forge !== null && c.forge.runEnded(s.by.run, s.by.attempt))
  // Another host's process cannot be seen from here; no stage takes this long.
  return processEnded(s.by) || silent > longestStageMs
}
const longestStageMs = 3 * 3_600_000
/** `timeout-minutes` of the job `checkpoint` is 240 (a test holds the two together). */
export const longestJobMs = 5 * 3_600_000

/** Appends what the tick decided, on exactly the entries that it was decided on. Answers with the entry; undefined: another writer was first. */
export async function decide(c: Context, { ledger, session, entries }: Known, outcome: Outcome): Promise<Entry | undefined> {
  const at = c.clock.now()
  // Another session's test may have run since the tick was decided: lateness is that of the claim.
  const claim = outcome.event === 'due' && (session.state === 'WAIT_1HR' || session.state === 'WAIT_6HR') ? { checkpoint: { ...taking(session, session.state, at) } } : {}
  const entry = next(entries, session, { ...outcome, facts: { ...outcome.facts, ...claim, ...signature(c) } }, at)
  if (entry === undefined) return undefined
  try {
    await ledger.append(session.id, entry)
    c.terminal.info(`${session.id}: ${entry.from} → ${entry.to}: ${entry.why}`)
    return entry
  } catch (error) {
    if (error instanceof Failure && error.facts.code === 'B001') { c.terminal.info(`${session.id}: another writer was first`); return undefined }
    throw error
  }
}

export interface Taken { readonly session: Session; readonly code: number }

/** Claims what is due in one session and works on it until it waits or ends. Undefined: nothing was due, or another was first. */
export async function take(c: Context, known: Known, tick: Tick, key: KeySource | null, checkout: string): Promise<Taken | undefined> {
  if (tick.kind === 'nothing') return undefined
  const decided = await decide(c, known, tick.outcome)
  if (decided === undefined) return undefined
  const { ledger, project, session: { id } } = known
  const plan = await recordedPlan(ledger, id)
  if (plan === undefined) throw new Failure({ kind: 'harness', code: 'H030', message: `session ${id} has no plan`, remedy: `vps-test stop ${project}` })
  const world = worldIn(c, { fleet: plan.fleet, ledger, session: id, folder: c.home.folderOf(project, id), checkout, key, patienceMs: 0 })
  try {
    // Also where the tick ended the session: run gives the leases back.
    const session = await run(plan, id, world, { since: decided.hash })
    return { session, code: exitCode(session, await ledger.read(id)) }
  } finally {
    await world.close()
  }
}

export async function soak(c: Context, flags: SoakFlags): Promise<number> {
  for (;;) {
    const all = (await duties(c)).filter((d) => flags.session === undefined || d.known.session.id === flags.session)
    if (flags.session !== undefined && all.length === 0 && (await knownSession(c.home, flags.session)) === undefined) throw new Failure({ kind: 'usage', code: 'U054', message: `no session ${flags.session}`, remedy: 'vps-test status' })
    const done: Taken[] = []
    for (const { known, tick } of all) {
      const taken = await take(c, known, tick, flags.key ?? null, c.cwd)
      if (taken !== undefined) done.push(taken)
      else if (flags.json !== true) c.terminal.info(line(known, tick, c.clock.now()))
    }
    if (flags.json === true) c.terminal.print(JSON.stringify(done.map(({ session: s, code }) => ({ session: s.id, state: s.state, why: s.why, exitCode: code }))))
    const waits = all.flatMap(({ tick }) => (tick.kind === 'nothing' && tick.nextAt !== null ? [tick.nextAt] : []))
    if (flags.watch !== true || (waits.length === 0 && done.length === 0)) return Math.max(exitCodes.passed, ...done.map((d) => d.code))
    if (done.length === 0) await c.clock.sleep(Math.max(1000, Math.min(60_000, ...waits.map((at) => at - c.clock.now()))), c.signal)
  }
}

const line = ({ session: s }: Known, tick: Tick, now: number): string =>
  `${s.id}: ${s.state}${tick.kind === 'nothing' ? `: ${tick.why}${tick.nextAt === null ? '' : `; next in ${lateness(tick.nextAt - now)}`}` : ''}`
