/** The last comparable session of a ledger: which one it is, and what is lacking where there is none. */
import type { Baseline, SessionBaseline } from './baseline.ts'
import { canonical } from './canonical.ts'
import { hasPlan, isTest, type Entry, type TestEntry } from './events/entry.ts'
import { chainFaults } from './ledger.ts'
import type { Plan } from './plan.ts'

export interface SessionEntries {
  readonly id: string
  readonly entries: readonly Entry[]
}

/**
 * In what two plans measure something else, in words; empty: their tests can be compared. The same are the project, the
 * profile, the fleet with the nodes that are used (name, role, declared NAT) and its shaping, the suites, and what each
 * suite is to do, targets included. Commit, binary, branch and criterion may be others.
 */
export const differencesOf = (a: Plan, b: Plan): readonly string[] =>
  Object.entries(conditionsOf(a))
    .filter(([what, value]) => value !== conditionsOf(b)[what])
    .map(([what]) => what)

const conditionsOf = (plan: Plan): Readonly<Record<string, string>> => ({
  project: canonical(plan.answers.project.value),
  profile: canonical(plan.profile),
  fleet: canonical([plan.fleet.name, plan.fleet.lab?.shaping]),
  nodes: canonical(
    plan.fleet.nodes.filter((n) => plan.nodes.includes(n.name)).map(({ name, role, nat }) => ({ name, role, nat })),
  ),
  // Of an older entry nobody has checked that it has them.
  'suites and targets': canonical(asList(plan.suites).map(({ suite, work }) => ({ suite, work }))),
})

const asList = <T>(list: readonly T[]): readonly T[] => (Array.isArray(list) ? list : [])

/**
 * The newest test in the other sessions that was taken under the same conditions, is no checkpoint's, and was measured
 * well enough to be compared with; whatever it came to.
 */
export function baselineFor(plan: Plan, sessions: readonly SessionEntries[], own: string): Baseline {
  const others = sessions.filter(({ id }) => id !== own)
  const found = others.flatMap(({ entries }) =>
    entries.filter(isTest).flatMap((e) => comparable(plan, entries, e) ?? []),
  )
  return found.toSorted((a, b) => b.at - a.at)[0] ?? { kind: 'none', lacks: lackOf(plan, others) }
}

const planAt = (entries: readonly Entry[], test: TestEntry): Plan | undefined =>
  entries.filter(hasPlan).findLast((e) => e.seq < test.seq)?.facts.plan

function comparable(plan: Plan, entries: readonly Entry[], test: TestEntry): SessionBaseline | null {
  const { outcomes, evidenceRoot } = test.facts
  const then = planAt(entries, test)
  if (outcomes === null || then === undefined || differencesOf(plan, then).length > 0) return null
  const { session, seq, hash, at } = test
  return { kind: 'session', session, seq, hash, evidenceRoot, at, outcomes }
}

function lackOf(plan: Plan, others: readonly SessionEntries[]): string {
  const project = plan.answers.project.value
  const tests = others
    .flatMap(({ entries }) => entries.filter(isTest).map((test) => ({ test, plan: planAt(entries, test) })))
    .filter(({ plan: then }) => then?.answers.project.value === project)
    .toSorted((a, b) => b.test.at - a.test.at)
  const [newest] = tests
  if (newest?.plan === undefined) return `this ledger has no other session of ${project} with a test`
  const differs = differencesOf(plan, newest.plan)
  return `this ledger has ${tests.length === 1 ? '1 test' : `${tests.length} tests`} of ${project} in other sessions; the newest, of ${newest.test.session}, ${
    differs.length > 0
      ? `had another ${differs.join(', another ')}`
      : 'is a checkpoint, or was not measured well enough to be compared with'
  }`
}

/** What the ledger that anchors a proof says otherwise of what it was compared with. */
export function baselineFaults(baseline: Baseline | null, plan: Plan, entries: readonly Entry[]): readonly string[] {
  if (baseline === null || baseline.kind === 'none') return []
  const of = `the test that was compared with, entry ${baseline.seq} of session ${baseline.session}`
  const broken = chainFaults(entries, baseline.session)
  if (broken.length > 0) return broken.map((f) => `${of}: ${f}`)
  const entry = entries[baseline.seq]
  if (entry?.hash !== baseline.hash || !isTest(entry)) return [`the ledger does not hold ${of}`]
  const there = comparable(plan, entries, entry)
  return there !== null && canonical(there) === canonical(baseline)
    ? []
    : [`${of}: the ledger says another thing of it`]
}
