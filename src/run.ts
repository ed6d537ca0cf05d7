/** The story on one screen: fold the ledger, do the stage of its state, write the transition down, and again. Resume is the same loop. */
import { Failure } from './domain/failure.ts'
import type { Plan } from './domain/plan.ts'
import { fold, next, type Outcome, type Session, type State } from './domain/session.ts'
import type { World } from './ports.ts'
import { build } from './stages/build.ts'
import { deploy } from './stages/deploy.ts'
import { fix } from './stages/fix.ts'
import { giveLeasesBack } from './stages/leases.ts'
import { leasedNodes } from './stages/roster.ts'
import { setup } from './stages/setup.ts'
import type { Stage } from './stages/stage.ts'
import { test } from './stages/test.ts'

const stages: Readonly<Partial<Record<State, Stage>>> = { SETUP: setup, BUILD: build, DEPLOY: deploy, TEST: test, FIX: fix }

/** Whether running a session in this state does anything: such a session was interrupted, not ended and not waiting. */
export const acts = (state: State): boolean => stages[state] !== undefined

/** Works until a state in which nothing acts: COMPLETE, STOPPED, or a wait. */
export async function run(plan: Plan, id: string, world: World): Promise<Session> {
  try {
    for (;;) {
      const entries = await world.ledger.read(id)
      const session = fold(id, entries)
      const stage = stages[session.state]
      if (stage === undefined) return session
      const outcome = await attempt(stage, plan, session, world)
      const entry = next(entries, session, outcome, world.clock.now())
      if (entry === undefined) throw new Failure({ kind: 'harness', code: 'H004', message: `state ${session.state} knows no event ${outcome.event}` })
      await world.ledger.append(id, entry)
      world.log.info(`${entry.from} → ${entry.to}: ${entry.why}`)
    }
  } finally {
    await leave(plan, id, world)
  }
}

/** What a stage could not handle ends the session with its reason; our own faults and an abort leave it where it is, to be run again. */
async function attempt(stage: Stage, plan: Plan, session: Session, world: World): Promise<Outcome> {
  try {
    return await stage(plan, session, world)
  } catch (error) {
    if (world.signal.aborted || !(error instanceof Failure) || error.kind === 'harness' || error.kind === 'usage') throw error
    return { event: 'unrecoverable', why: error.message.slice(0, 1000), facts: { code: error.facts.code } }
  }
}

/** Leases go back even after Ctrl-C; what cannot be reached keeps its lease until that expires. */
async function leave(plan: Plan, id: string, world: World): Promise<void> {
  const calm = { ...world, signal: AbortSignal.timeout(15_000) }
  const session = fold(id, await world.ledger.read(id))
  await giveLeasesBack(calm, plan, id, leasedNodes(plan, session)).catch((error: unknown) => world.log.warn(`leases were not given back: ${String(error)}`))
}
