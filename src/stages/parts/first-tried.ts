/** Whether a test is a whole one, or of what had failed before a fix: its plan, and what that was. */
import type { Red } from '../../domain/fix/end.ts'
import { redIn, testPlan } from '../../domain/fix/red-first.ts'
import { redPending } from '../../domain/fix/red-pending.ts'
import type { Entry } from '../../domain/ledger.ts'
import type { Plan } from '../../domain/plan.ts'

export interface FirstTried {
  readonly plan: Plan
  /** Null: a whole test. */
  readonly red: readonly Red[] | null
}

export function firstTried(plan: Plan, entries: readonly Entry[]): FirstTried {
  const pending = redPending(entries)
  const alone = pending === null ? null : testPlan(entries)
  return pending === null || alone === null ? { plan, red: null } : { plan: alone, red: redIn(pending.red, alone) }
}
