/** What every stage is: a function of plan, session and world to one outcome. */
import type { Plan } from '../domain/plan.ts'
import type { StageResult, Session } from '../domain/session.ts'
import type { World } from '../ports.ts'

export type Stage = (plan: Plan, session: Session, world: World) => Promise<StageResult>
