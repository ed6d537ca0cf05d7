/** Now against the base branch's last proof: raw counts of recorded tests, class by class, nothing estimated. */
import type { Entry } from '../domain/ledger.ts'
import { demandsOf, weakerThan, type Demands } from '../domain/demands.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { countOf, groupsOf, type Count, type Counts } from '../domain/counts.ts'
import { fleetOf, originOf, projectOf, testsOf } from '../domain/events/readers.ts'

/** Rates of another project, or on another fleet, are no measure. */
export interface Alike {
  readonly branch: string
  readonly project: string | null
  readonly fleet: string | null
}

/** The test compared with, and what of. */
export interface Base extends Alike {
  readonly counts: Counts
  readonly demands: Demands
  readonly session: string
  readonly commit: string | null
  /** When it was recorded, Unix milliseconds. */
  readonly at: number
  /** Name of the soak checkpoint that it was taken at; null: none. */
  readonly checkpoint: string | null
}

export interface ComparisonRow {
  readonly suite: string
  readonly group: string
  readonly now: Count | null
  readonly base: Count | null
  /** Percentage points, now minus base; null where one side counted nothing. */
  readonly points: number | null
}
export interface Comparison {
  readonly base: Base | null
  readonly rows: readonly ComparisonRow[]
  /** Where less is demanded than of the base: a result that looks the same is worth less. */
  readonly weaker: readonly string[]
}

/** The demands of the newest plan among these entries. */
export const demandsIn = (entries: readonly Entry[]): Demands => {
  const plan = entries.findLast(hasPlan)?.facts.plan
  return plan === undefined ? {} : demandsOf(plan)
}

export function compare(now: Counts, base: Base | null, demands: Demands): Comparison {
  const before = base?.counts ?? {}
  const rows = [
    ...groupsOf(now),
    ...groupsOf(before).filter(({ suite, group }) => countOf(now, suite, group) === null),
  ].map(({ suite, group }): ComparisonRow => {
    const [a, b] = [countOf(now, suite, group), countOf(before, suite, group)]
    return {
      suite,
      group,
      now: a,
      base: b,
      points:
        a === null || b === null || a.attempts === 0 || b.attempts === 0
          ? null
          : 100 * (a.successes / a.attempts - b.successes / b.attempts),
    }
  })
  return { base, rows, weaker: base === null ? [] : weakerThan(demands, base.demands) }
}

/** The newest recorded test of a branch, of the same project and fleet; pull requests into the branch are not it. */
export function lastProofOf(
  sessions: readonly { readonly entries: readonly Entry[] }[],
  { branch, project, fleet }: Alike,
): Base | null {
  if (project === null || fleet === null) return null
  const found = sessions.flatMap(({ entries }): readonly Base[] => {
    const test = testsOf(entries).at(-1)
    // As it was then: a push may have continued the session with another commit, which has no test yet.
    const until = test === undefined ? [] : entries.filter((e) => e.seq <= test.seq)
    const origin = originOf(until)
    return test === undefined ||
      origin === null ||
      origin.branch !== branch ||
      origin.event.startsWith('pull_request') ||
      projectOf(until) !== project ||
      fleetOf(until) !== fleet
      ? []
      : [
          {
            branch,
            project,
            fleet,
            counts: test.counts,
            demands: demandsIn(until),
            session: entries[0]?.session ?? '',
            commit: origin.commit,
            at: test.at,
            checkpoint: test.checkpoint?.name ?? null,
          },
        ]
  })
  return found.toSorted((a, b) => b.at - a.at || (a.session < b.session ? -1 : 1))[0] ?? null
}
