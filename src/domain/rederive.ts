/** What an evidence folder says twice must agree: everything that follows from something else in it is derived again. */
import { layout, type Bundle } from './bundle.ts'
import { hasPlan } from './events/entry.ts'
import { chainFaults } from './ledger.ts'
import { planDigest } from './plan.ts'
import { seedFaults } from './seed-faults.ts'
import { fold } from './session.ts'
import type { Verdict } from './verdict.ts'

export function rederivedFaults(bundle: Bundle, _judged: Verdict): readonly string[] {
  return [...chainOf(bundle), ...seedFaults(bundle)]
}

/** The entries are one chain of this session, it stands before its test, and the plan is the confirmed one. */
function chainOf({ entries, facts, plan }: Bundle): readonly string[] {
  const broken = chainFaults(entries, facts.session).map((f) => `${layout.entries}: ${f}`)
  if (broken.length > 0) return broken
  const confirmed = entries.findLast((e) => e.event === 'confirmed' || hasPlan(e))?.facts.planDigest
  const session = fold(facts.session, entries)
  const { testsBegun } = session
  return [
    ...(confirmed === planDigest(plan) ? [] : [`${layout.plan} is not the plan that was confirmed`]),
    ...(session.state === 'TEST' ? [] : [`${layout.entries} ends in ${session.state}, where nothing is tested`]),
    ...(facts.test === testsBegun
      ? []
      : [`${layout.facts}: it is test ${testsBegun} of its session, not ${facts.test}`]),
    ...(facts.sessionStartedAt === session.startedAt
      ? []
      : [`${layout.facts}: sessionStartedAt is not the time of the first entry`]),
  ]
}
