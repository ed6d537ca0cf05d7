/** The plan that a fix leads to: the one that a person confirmed, with another commit, and nothing else of it changed. */
import { canonical } from '../canonical.ts'
import { hasPlan, type Entry } from '../events/entry.ts'
import { planDigest, type Plan } from '../plan.ts'

/** Null: nothing of it is built. */
export const mendedPlan = (plan: Plan, commit: string): Plan | null =>
  plan.source.kind === 'build' ? { ...plan, source: { ...plan.source, revision: commit, fix: true } } : null

/** Entries of fixes by which more came into a session than a commit. */
export const mendedFaults = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((e, i) => {
    if (e.event !== 'fixed') return []
    const before = entries.slice(0, i).findLast(hasPlan)
    const wanted = before === undefined ? null : mendedPlan(before.facts.plan, e.facts.fix.commit)
    return wanted !== null && canonical(wanted) === canonical(e.facts.plan) && planDigest(wanted) === e.facts.planDigest
      ? []
      : [`entry ${e.seq}: the plan of fix ${e.facts.fix.number} differs from the one before it by more than its commit`]
  })
