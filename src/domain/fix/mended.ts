/** The plan that a fix leads to: the one that a person confirmed, with another commit, and nothing else of it changed. */
import { canonical } from '../canonical.ts'
import { hasPlan, type Entry } from '../events/entry.ts'
import { planDigest, type Plan } from '../plan.ts'
import { redPlan } from './red-first.ts'

/** Null: nothing of it is built. */
export const mendedPlan = (plan: Plan, commit: string): Plan | null =>
  plan.source.kind === 'build' ? { ...plan, source: { ...plan.source, revision: commit, fix: true } } : null

/** Entries of fixes by which more came into a session than a commit. */
export const mendedFaults = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap((e, i) => {
    if (e.event !== 'fixed') return []
    const before = entries.slice(0, i).findLast(hasPlan)
    const { fix } = e.facts
    const wanted = before === undefined ? null : mendedPlan(before.facts.plan, fix.commit)
    if (wanted !== null && fix.first !== (redPlan(wanted, e.session, fix.red) !== null))
      return [`entry ${e.seq}: what was red before fix ${fix.number} is ${fix.first ? '' : 'not '}to be tried first`]
    return wanted !== null && canonical(wanted) === canonical(e.facts.plan) && planDigest(wanted) === e.facts.planDigest
      ? []
      : [`entry ${e.seq}: the plan of fix ${e.facts.fix.number} differs from the one before it by more than its commit`]
  })
