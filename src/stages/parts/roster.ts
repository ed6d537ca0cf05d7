/** Which nodes are still in the run, read from what earlier stages learned. */
import type { NodeName } from '../../domain/fleet.ts'
import type { Exclusion } from '../../domain/events/facts.ts'
import type { Plan } from '../../domain/plan.ts'
import { exclusions, type Session } from '../../domain/session.ts'

/**
 * Why a run cannot go on, with what happened to the node that it is about, or to the first: one line for whoever reads
 * nothing else.
 */
export function withCause(fault: string, all: readonly Exclusion[]): string {
  const first = all.find((e) => fault.includes(`${e.node} `)) ?? all[0]
  return first === undefined
    ? fault
    : `${fault}: ${first.message}${all.length > 1 ? ` (${all.length} nodes left out)` : ''}`
}

export const rosterOf = (plan: Plan, session: Session): readonly NodeName[] => {
  const out = new Set(exclusions(session).map((e) => e.node))
  return plan.nodes.filter((n) => !out.has(n))
}

/**
 * Nodes on which a lease of ours may lie: also those that DEPLOY left out, which would else be refused to others until
 * it expires.
 */
export const leasedNodes = (plan: Plan, session: Session): readonly NodeName[] => {
  const never = new Set(
    exclusions(session)
      .filter((e) => e.stage === 'SETUP')
      .map((e) => e.node),
  )
  return plan.nodes.filter((n) => !never.has(n))
}
