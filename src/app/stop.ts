/**
 * `stop`: a person ends a session, and with it the run that works on it; then its tables, services and leases. What was
 * cut off is done by the same command typed again.
 */
import { join } from 'node:path'
import { exitCodes, Failure } from '../domain/failure.ts'
import { fleetReference, type NodeName } from '../domain/fleet.ts'
import { testsBegunIn, folderOf } from '../domain/history.ts'
import type { Plan } from '../domain/plan.ts'
import { fold, type Session } from '../domain/session.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { stripHidden } from '../domain/text.ts'
import { writerText } from '../domain/writer.ts'
import type { HeldLease } from '../commands/lease.ts'
import { quote } from '../commands/quote.ts'
import { removeWitnesses } from '../instruments/witness.ts'
import { sealInterrupted } from '../stages/parts/begin-test.ts'
import { recordOutcome, recordedPlan } from '../stages/parts/interview.ts'
import { giveLeasesBack } from '../stages/parts/leases.ts'
import { leasedNodes } from '../stages/parts/roster.ts'
import { testTurn } from '../stages/parts/test-turn.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { cancelRuns, type CancelledRuns } from './cancel-runs.ts'
import { worldIn, type Context } from './context.ts'
import { leasesOn } from './leases.ts'
import { note, readNotes } from './local-notes.ts'
import { planFleet } from './plan-fleet.ts'
import type { StoredSession } from './sessions.ts'
import { named } from './named-session.ts'
import { serviceLines, allSettled, settleServices, type ServiceWish, type ServicesAfter } from './services.ts'
import { writerEnded } from './writer-ended.ts'

export interface StopFlags {
  readonly key?: KeySource | null
  readonly session?: string
  /** In the person's own words, for the ledger. */
  readonly reason?: string
  /** Absent: what the session started is stopped. */
  readonly services?: ServiceWish
  readonly json?: boolean
}

/**
 * Ends the newest unfinished session of a project, or goes on with a stop that was cut off; where all have ended, only
 * what the newest left behind when it was killed.
 */
export async function stop(c: Context, project: string, flags: StopFlags): Promise<number> {
  const open = await meant(c, project, flags.session)
  const { id } = open.session
  const folder = c.sessions.folderOf(project, id)
  const wish = flags.services ?? 'stop'
  const reason = flags.reason === undefined ? '' : stripHidden(flags.reason, 500).trim()
  const begun = (await readNotes(folder)).stopping === true
  await note(folder, { stopping: true })
  const stopped = await recordOutcome(
    { ledger: open.ledger, clock: c.clock, session: id, writer: c.writer, clockShift: c.clockShift },
    {
      event: 'stop',
      why: `by ${c.who}${reason === '' ? '' : `: ${reason}`}`,
      facts: { who: stripHidden(c.who, 300), services: wish, ...(reason === '' ? {} : { reason }) },
    },
  )
  c.terminal.info(stopped ? `stopped ${id}` : `${id} has ended already (${open.session.state})`)
  const plan = await recordedPlan(open.ledger, id)
  const left =
    plan === undefined
      ? nothing
      : await settle(c, open, plan, { folder, wish, key: flags.key ?? null, unasked: !stopped && !cutOff(begun, open) })
  const runs = await cancelRuns(c, open, lastAtWork(open) !== undefined)
  const code = left.whole && runs.left.length === 0 ? exitCodes.passed : exitCodes.infra
  // One that could not be done everywhere is gone on with before another session is.
  await note(folder, { stopping: code !== exitCodes.passed })
  if (flags.json === true) c.terminal.print(JSON.stringify(told(open, stopped, left, runs, code)))
  return code
}

interface Left {
  readonly after: ServicesAfter | null
  /** Folders of tests that were begun and did not end, which were sealed as they are. */
  readonly sealed: readonly string[]
  readonly whole: boolean
}
const nothing: Left = { after: null, sealed: [], whole: true }

interface Settling {
  readonly folder: string
  readonly wish: ServiceWish
  readonly key: KeySource | null
  /** It had ended by itself: what it left running may be in use. */
  readonly unasked: boolean
}

async function settle(
  c: Context,
  open: StoredSession,
  plan: Plan,
  { folder, wish, key, unasked }: Settling,
): Promise<Left> {
  const { id } = open.session
  const fleet = await planFleet(c, plan.fleet, { key })
  const world = worldIn(c, { fleet, ledger: open.ledger, session: id, folder, key })
  try {
    const nodes = leasedNodes(plan, open.session)
    await awaitRunsEnd(c, open, world, plan, nodes)
    const held = unasked && wish === 'stop' ? await leasesOn(world, nodes) : null
    const done = held === null ? wish : wishOfEnded(id, held.done)
    await removeWitnesses({ ...world, tables: { session: id, fences: new Map() } }, nodes)
    // Before its first deploy it has started nothing.
    const deployed = open.entries.some((e) => e.to === 'DEPLOY')
    const after = await settleServices(world, { plan, holder: id, nodes: deployed ? nodes : [] }, done)
    await giveLeasesBack(world, plan, id, nodes, [plan.config.deploy.serviceName, testTurn])
    serviceLines(after).forEach((line) => c.terminal.info(line))
    const running = after.services.some((s) => s.did === 'kept' && s.runs !== null)
    if (running) c.terminal.info(`to take them away: vps-test remove ${quote(open.project)}`)
    return { after, sealed: await sealed(c, world, open), whole: allSettled(after) }
  } finally {
    await world.close()
  }
}

/** A stop that did not come to its end; one of a session that had ended by itself says nothing of its services. */
export const cutOff = (begun: boolean, { entries }: Pick<StoredSession, 'entries'>): boolean =>
  begun && entries.at(-1)?.event === 'stop'

/** A session that ended keeps its service running, unless it was killed with a lease in hand. */
export const wishOfEnded = (id: string, held: ReadonlyMap<NodeName, readonly HeldLease[]>): ServiceWish =>
  [...held.values()].flat().some((l) => l.holder === id) ? 'stop' : 'keep'

/** What a test that was cut off had written by then is evidence too, as far as it lies here. */
async function sealed(c: Context, world: OpenWorld, { session, entries }: StoredSession): Promise<readonly string[]> {
  const folders: string[] = []
  for (const { test } of testsBegunIn(entries).filter((t) => t.end === null)) {
    const root = await sealInterrupted(world.files, session.id, test)
    if (root === null) continue
    folders.push(folderOf(test))
    c.terminal.info(
      `test ${test} did not end; what there is of it is sealed in ${join(world.files.root, folderOf(test))}`,
    )
  }
  return folders
}

const told = (open: StoredSession, stopped: boolean, left: Left, runs: CancelledRuns, exitCode: number) => ({
  session: open.session.id,
  project: open.project,
  stopped,
  was: open.session.state,
  services: left.after?.services ?? [],
  failed: [...(left.after?.failed ?? [])].map(([node, f]) => ({ node, code: f.facts.code, message: f.message })),
  sealed: left.sealed,
  runs,
  exitCode,
})

/** One whose stop was cut off comes first: typed again, the same command ends no other session. */
async function meant(c: Context, project: string, session: string | undefined): Promise<StoredSession> {
  const all = await named(c, project, session)
  for (const k of all)
    if (isFinal(k.session.state) && (await readNotes(c.sessions.folderOf(project, k.session.id))).stopping === true)
      return k
  return all.find((k) => !isFinal(k.session.state)) ?? all[0]
}

const patienceMs = 90_000
const lookMs = 5000

/**
 * The run sees the stop in the ledger and ends by itself; before that its leases are not given to others. What cannot
 * be seen from here has ended when no lease of its session is left.
 */
async function awaitRunsEnd(
  c: Context,
  open: StoredSession,
  world: OpenWorld,
  plan: Plan,
  nodes: readonly NodeName[],
): Promise<void> {
  const worked = lastAtWork(open)
  if (worked === undefined || worked.by === null) return
  const until = c.clock.now() + patienceMs
  for (let lookedAt = -Infinity; !(await writerEnded(c, worked));) {
    if (c.clock.now() >= lookedAt + lookMs) {
      lookedAt = c.clock.now()
      const seen = await leasesOn(world, nodes)
      if (seen.done.size === 0 && worked.by.kind === 'run') {
        c.terminal.warn(`no node can be asked whether ${writerText(worked.by)} has ended`)
        return
      }
      if (seen.failed.size === 0 && ![...seen.done.values()].flat().some((l) => l.holder === worked.id)) return
    }
    if (c.clock.now() > until)
      throw new Failure({
        code: 'B009',
        message: `${writerText(worked.by)} works on session ${worked.id} still, ${patienceMs / 1000} s after it was stopped; its leases stay until it ends, or run out by themselves`,
        remedy: `vps-test lease break --all --session ${quote(worked.id)} --fleet ${quote(fleetReference(plan.fleet))}`,
      })
    c.terminal.progress('stop', `waiting for ${writerText(worked.by)} to end`)
    await c.clock.sleep(200, c.signal)
  }
}

/** As it was when a run worked on it last; undefined: none does, it waited or had ended by itself. */
function lastAtWork({ session, entries }: StoredSession): Session | undefined {
  const before =
    isFinal(session.state) && entries.at(-1)?.event === 'stop' ? fold(session.id, entries.slice(0, -1)) : session
  return traitsOf(before.state).kind === 'working' ? before : undefined
}
