/**
 * What every stage is: a function of plan, session and what it uses of the world to what the session's state knows as
 * an event.
 */
import type { StageResult } from '../domain/events/entry.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'
import type { State } from '../domain/states.ts'
import type { World } from '../ports.ts'

/** `W`: the slices of the world that it uses. */
export type Stage<S extends State, W = World> = (plan: Plan, session: Session, world: W) => Promise<StageResult<S>>

/** One that also writes entries of a state that goes on. */
export type NotingStage<S extends State, W = World> = (
  plan: Plan,
  session: Session,
  world: W,
  record: RecordNote<S>,
) => Promise<StageResult<S>>

export type RecordNote<S extends State> = (result: StageResult<S>) => Promise<void>
