/** Which nodes are still in the run, read from what earlier stages learned. */
import type { NodeName } from '../domain/fleet.ts'
import type { Json } from '../domain/ledger.ts'
import type { Plan } from '../domain/plan.ts'
import type { Session } from '../domain/session.ts'

export interface Exclusion { readonly node: NodeName; readonly stage: string; readonly code: string; readonly message: string }

export const exclusionFacts = (all: readonly Exclusion[]): Json => all.map((e) => ({ ...e }))

/** Everything left out so far, oldest first. */
export function exclusions(session: Session): readonly Exclusion[] {
  return (['SETUP', 'DEPLOY'] as const).flatMap((state) => {
    const list = session.learned[state]?.['excluded']
    return Array.isArray(list) ? (list as unknown as readonly Exclusion[]) : []
  })
}

export const rosterOf = (plan: Plan, session: Session): readonly NodeName[] => {
  const out = new Set(exclusions(session).map((e) => e.node))
  return plan.nodes.filter((n) => !out.has(n))
}
