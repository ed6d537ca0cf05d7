/** `stop`: a person ends a session, and with it the run that works on it; then its tables, leases and services. */
import { exitCodes, Failure } from '../domain/failure.ts'
import { fleetReference, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { fold, type Session } from '../domain/session.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { writerText } from '../domain/writer.ts'
import { quote } from '../commands/quote.ts'
import { removeWitnesses } from '../instruments/witness.ts'
import { recordOutcome, recordedPlan } from '../stages/parts/interview.ts'
import { giveLeasesBack } from '../stages/parts/leases.ts'
import { leasedNodes } from '../stages/parts/roster.ts'
import { testTurn } from '../stages/parts/test-turn.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { worldIn, type Context } from './context.ts'
import { leasesOn } from './leases.ts'
import type { StoredSession } from './sessions.ts'
import { named } from './named-session.ts'
import { removeServices, servicesLeft } from './services.ts'
import { writerEnded } from './writer-ended.ts'

export const serviceWishes = ['keep', 'remove'] as const
export interface StopFlags {
  readonly key?: KeySource | null
  readonly session?: string
  /** Absent: keep. A stop is typed in a hurry, and what is taken away is gone. */
  readonly services?: (typeof serviceWishes)[number]
}

/**
 * Ends the newest unfinished session of a project; where all have ended, only what the newest left behind when it was
 * killed.
 */
export async function stop(c: Context, project: string, flags: StopFlags): Promise<number> {
  const all = await named(c, project, flags.session)
  const open = all.find((k) => !isFinal(k.session.state)) ?? all[0]
  const { id } = open.session
  const stopped = await recordOutcome(
    { ledger: open.ledger, clock: c.clock, session: id, writer: c.writer, clockShift: c.clockShift },
    { event: 'stop', why: `by ${c.who}`, facts: {} },
  )
  c.terminal.info(stopped ? `stopped ${id}` : `${id} has ended already (${open.session.state})`)
  const plan = await recordedPlan(open.ledger, id)
  if (plan === undefined) return exitCodes.passed
  const world = worldIn(c, {
    fleet: plan.fleet,
    ledger: open.ledger,
    session: id,
    folder: c.sessions.folderOf(project, id),
    key: flags.key ?? null,
  })
  try {
    const nodes = leasedNodes(plan, open.session)
    await awaitRunsEnd(c, open, world, plan, nodes)
    await removeWitnesses({ ...world, tables: { session: id, fences: new Map() } }, nodes)
    const told =
      flags.services === 'remove'
        ? await removeServices(world, plan, id, nodes)
        : await servicesLeft(
            world,
            plan,
            nodes,
            `vps-test stop ${quote(project)} --session ${quote(id)} --services remove`,
          )
    await giveLeasesBack(world, plan, id, nodes, [plan.config.deploy.serviceName, testTurn])
    told.lines.forEach((line) => c.terminal.info(line))
    return told.whole ? exitCodes.passed : exitCodes.infra
  } finally {
    await world.close()
  }
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
