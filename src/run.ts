/**
 * The story on one screen: fold the ledger, do the stage of its state, write the transition down, and again. Resume is
 * the same loop.
 */
import { Failure, failureFacts } from './domain/failure.ts'
import { genesis, type Entry } from './domain/ledger.ts'
import type { NodeName } from './domain/fleet.ts'
import { leaseFate, type LeaseFate } from './domain/lease-policy.ts'
import type { Plan } from './domain/plan.ts'
import { isFinal, type State } from './domain/states.ts'
import { fold, type Session } from './domain/session.ts'
import { hasPlan, type StageResult } from './domain/events/entry.ts'
import { writerText } from './domain/writer.ts'
import type { Held, LeaseTerms, Nodes, Execution, SessionRecord, World } from './ports.ts'
import { build } from './stages/build.ts'
import { deploy } from './stages/deploy.ts'
import { fix } from './stages/fix.ts'
import { startHeartbeat } from './stages/parts/heartbeat.ts'
import { giveLeasesBack, holdLeases } from './stages/parts/leases.ts'
import { recorderOf } from './stages/parts/recorder.ts'
import { restart } from './stages/restart.ts'
import { leasedNodes } from './stages/parts/roster.ts'
import { setup } from './stages/setup.ts'
import type { NotingStage } from './stages/stage.ts'
import { test } from './stages/test.ts'

const stages: { readonly [S in State]?: NotingStage<S> } = {
  SETUP: setup,
  BUILD: build,
  DEPLOY: deploy,
  TEST: test,
  FIX: fix,
  RESTART: restart,
}

/** Whether running a session in this state does anything: such a session was interrupted, not ended and not waiting. */
export const acts = (state: State): boolean => stages[state] !== undefined

export interface RunScope {
  /** Work only while the session is in one of these: one job of several. */
  readonly states?: readonly State[]
  /** Ends in this state, which is another job's, as it would in a wait. */
  readonly before?: State
  /** Hash of the entry that made the session ours; without it, what is found at first is ours. */
  readonly since?: string
}

/** Works until a state in which nothing acts (COMPLETE, STOPPED, a wait) or which is another job's. */
export async function run(
  begun: Plan,
  id: string,
  outer: World,
  { states, before, since }: RunScope = {},
): Promise<Session> {
  /** Entries behind which this run goes on. Behind any other, another run does, because this one was given up. */
  const ours = new Set(since === undefined ? [] : [since])
  /** The ledger as this run knows it; nothing, once another writer was in its way. */
  let known: readonly Entry[] = []
  const held = new Map<string, Held>()
  /** A fix changes what is built and tested. */
  let plan = begun
  const heartbeat = startHeartbeat({ ...outer, held }, id, (e) => ours.size === 0 || ours.has(e.hash))
  /** What stops the session, whatever else was at work. */
  const alarm = new AbortController()
  const world: World = { ...outer, held, signal: AbortSignal.any([heartbeat.signal, alarm.signal]) }
  world.signal.addEventListener('abort', () => outer.abandon?.(world.signal.reason), { once: true })
  const recorder = recorderOf(id, world, ours)
  const note = async (outcome: StageResult): Promise<void> => void (await recorder.record(outcome))
  outer.recoveries?.attach({ write: recorder.recordFirings, alarmed: (failure) => alarm.abort(failure) })
  try {
    for (;;) {
      const entries = (known = await recorder.read())
      const session = fold(id, entries)
      const stage = stages[session.state]
      if (stage === undefined || states?.includes(session.state) === false || session.state === before) return session
      const newest = entries.at(-1)?.hash ?? genesis
      if (ours.size > 0 && !ours.has(newest))
        throw new Failure({
          code: 'B004',
          message: `${session.by === null ? 'another writer' : writerText(session.by)} goes on with session ${id}`,
          remedy: 'vps-test status',
        })
      ours.add(newest)
      const entry = await recorder.record(await attempt(() => stage(plan, session, world, note), world, alarm.signal))
      await outer.recoveries?.release()
      known = recorder.known()
      world.log.info(`${entry.from} → ${entry.to}: ${entry.why}`)
      if (hasPlan(entry)) plan = entry.facts.plan
      // The fleet is busy longer than this run may wait: the schedule goes on with the session.
      if (entry.event === 'queued') return fold(id, known)
    }
  } catch (error) {
    if (!outer.signal.aborted) {
      // Whatever the stage came to, a person's stop is how this session ended.
      const entries = await outer.ledger.read(id).catch(() => known)
      if (isFinal(fold(id, entries).state) && !ours.has(entries.at(-1)?.hash ?? genesis)) return fold(id, entries)
    }
    const cause = heartbeat.signal.aborted && !outer.signal.aborted ? heartbeat.signal.reason : error
    if (cause instanceof Failure && cause.kind === 'busy') known = []
    throw cause
  } finally {
    outer.recoveries?.detach()
    await heartbeat.end()
    await leave(plan, id, world, {
      whole: states === undefined,
      ours,
      known,
      ...(before === undefined ? {} : { before }),
    })
  }
}

/**
 * What a stage could not handle, or an alarm, ends the session with its reason; our own faults and an abort leave it
 * where it is, to be run again.
 */
async function attempt(
  stage: () => Promise<StageResult>,
  { signal }: Execution,
  alarm: AbortSignal,
): Promise<StageResult> {
  try {
    const result = await stage()
    alarm.throwIfAborted()
    return result
  } catch (error) {
    const alarmed: unknown = alarm.reason
    if (alarm.aborted && alarmed instanceof Failure) return unrecoverable(alarmed)
    if (signal.aborted || !(error instanceof Failure) || error.kind === 'harness' || error.kind === 'usage') throw error
    return unrecoverable(error)
  }
}

const unrecoverable = (error: Failure): StageResult => ({
  event: 'unrecoverable',
  why: error.message.slice(0, 1000),
  facts: failureFacts(error),
})

interface Leaving {
  readonly whole: boolean
  readonly before?: State
  readonly ours: ReadonlySet<string>
  readonly known: readonly Entry[]
}

/**
 * The fleet is ours from SETUP to the end, waits between checkpoints included. Leases go back at the end, after Ctrl-C,
 * and when a whole run (no job of several) broke off; what cannot be reached keeps its lease until that expires, and so
 * does what another run goes on with.
 */
async function leave(
  plan: Plan,
  id: string,
  world: Execution & Nodes & SessionRecord & LeaseTerms,
  { whole, before, ours, known }: Leaving,
): Promise<void> {
  const calm = { ...world, signal: AbortSignal.timeout(15_000) }
  // After an abort a remote ledger answers no more; nobody takes over what a living run works on, so what that run
  // knows is how things are.
  const entries = await world.ledger.read(id).catch(() => known)
  const session = fold(id, entries)
  const nodes = leasedNodes(plan, session)
  const own = ours.has(entries.at(-1)?.hash ?? genesis)
  const brokeOff = own && (world.signal.aborted || (whole && session.state !== before))
  const now = world.clock.now()
  await settleLeases(leaseFate(session, { brokeOff, ours: own, now }), calm, plan, id, nodes).catch((error: unknown) =>
    world.log.warn(`leases were not given back: ${String(error)}`),
  )
}

async function settleLeases(
  fate: LeaseFate,
  world: Execution & Nodes & LeaseTerms,
  plan: Plan,
  id: string,
  nodes: readonly NodeName[],
): Promise<void> {
  switch (fate.kind) {
    case 'hold':
      return holdLeases(world, plan, id, nodes, fate.until)
    case 'give-back':
      return giveLeasesBack(world, plan, id, nodes)
    case 'leave':
      return undefined
  }
}
