/** After a fix, what had failed is tried alone before the whole test: by which plan, and what it comes to. */
import { hasPlan, type Entry } from '../events/entry.ts'
import type { RedEvent } from '../events/row.ts'
import type { Plan } from '../plan.ts'
import { repeatPlan } from '../repeat-plan.ts'
import { suiteIds } from '../suites/registry.ts'
import type { SelectedAttempt } from '../suites/selection.ts'
import { isInvalid, type Verdict } from '../verdict.ts'
import type { Red, RedNow } from './end.ts'
import { redNow } from './red.ts'
import { redPending } from './red-pending.ts'

/** The mended plan limited to what was red; null: nothing of that can be tried alone. */
export function redPlan(plan: Plan, session: string, red: readonly Red[]): Plan | null {
  const attempts = attemptsOf(red)
  if (attempts.length === 0) return null
  try {
    // A suite that is done whole may hold what is known to fail, and no fix was to mend that.
    return repeatPlan(plan, { session, attempts }, plan.source, plan.config.knownFailures)
  } catch {
    // A suite that says nothing outside its soak, or a plan in a ledger that no version of ours wrote.
    return null
  }
}

/** The plan of the next test: the newest of the entries, or what was red of it. */
export function testPlan(entries: readonly Entry[]): Plan | null {
  const newest = entries.findLast(hasPlan)
  if (newest === undefined) return null
  const pending = redPending(entries)
  return pending === null ? newest.facts.plan : redPlan(newest.facts.plan, newest.session, pending.red)
}

/** What of it that plan tries: a suite may say nothing outside its soak. */
export const redIn = (red: readonly Red[], plan: Pick<Plan, 'suites'>): readonly Red[] =>
  red.filter((r) => plan.suites.some((part) => part.suite === r.suite))

/** No verdict of the program: whether the whole test is worth its time. */
export function redOutcome(
  red: readonly Red[],
  judged: Pick<Verdict, 'suites' | 'result' | 'reasons'>,
): { readonly event: RedEvent; readonly red: RedNow } {
  const now = redNow(red, judged)
  const green = !isInvalid(judged) && now.red.length + now.unknown.length === 0
  return { event: judged.result === 'failed' ? 'still-red' : green ? 'green' : 'unclear', red: now }
}

export function redText({ event, red: { green, red, unknown } }: ReturnType<typeof redOutcome>): string {
  const all = green.length + red.length + unknown.length
  const said = `${green.length} of ${all} that had failed ${all === 1 ? 'succeeds' : 'succeed'} now`
  return event === 'unclear' ? `${said}, ${unknown.length + red.length} could not be told` : said
}

const attemptsOf = (red: readonly Red[]): readonly SelectedAttempt[] => {
  const known = red.flatMap(({ suite, pair }) => {
    const id = suiteIds.find((s) => s === suite)
    return id === undefined ? [] : [{ suite: id, pair }]
  })
  return [...new Map(known.map((a) => [JSON.stringify([a.suite, a.pair?.from, a.pair?.to]), a])).values()]
}
