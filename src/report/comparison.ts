/** Now against the base branch's last proof: raw counts of recorded tests, class by class, nothing estimated. */
import type { Entry } from '../domain/ledger.ts'
import { percent } from '../domain/criteria.ts'
import { pairClasses, type PairClass } from '../domain/oracle.ts'
import { originOf, testsOf, type Count, type Counts } from './facts.ts'
import { iso } from './figures.ts'
import { code, table } from './markdown.ts'

/** The test compared with. `at`: when it was recorded, Unix milliseconds. */
export interface Base { readonly counts: Counts; readonly session: string; readonly commit: string | null; readonly at: number }

export interface ComparisonRow {
  readonly pairClass: PairClass
  readonly now: Count | null
  readonly base: Count | null
  /** Percentage points, now minus base; null where one side counted nothing. */
  readonly points: number | null
}
export interface Comparison { readonly base: Omit<Base, 'counts'> | null; readonly rows: readonly ComparisonRow[] }

export function compare(now: Counts, base: Base | null): Comparison {
  const rows = pairClasses.filter((c) => now[c] !== undefined || base?.counts[c] !== undefined).map((pairClass): ComparisonRow => {
    const [a, b] = [now[pairClass] ?? null, base?.counts[pairClass] ?? null]
    return { pairClass, now: a, base: b, points: a === null || b === null || a.attempts === 0 || b.attempts === 0 ? null : 100 * (a.successes / a.attempts - b.successes / b.attempts) }
  })
  return { base: base === null ? null : { session: base.session, commit: base.commit, at: base.at }, rows }
}

/** The newest recorded test of a branch; pull requests into it are not the branch. */
export function lastProofOf(sessions: readonly { readonly entries: readonly Entry[] }[], branch: string): Base | null {
  const found = sessions.flatMap(({ entries }): readonly Base[] => {
    const [origin, test] = [originOf(entries), testsOf(entries).at(-1)]
    return origin === null || test === undefined || origin.branch !== branch || origin.event.startsWith('pull_request') ? []
      : [{ counts: test.counts, session: entries[0]?.session ?? '', commit: origin.commit, at: test.at }]
  })
  return found.toSorted((a, b) => b.at - a.at || (a.session < b.session ? -1 : 1))[0] ?? null
}

export function comparisonMarkdown({ base, rows }: Comparison): string {
  if (base === null) return 'The base branch has no recorded test: nothing to compare with.'
  const commit = base.commit === null ? '' : ` of commit ${code(base.commit.slice(0, 12))}`
  return [
    `Compared with session ${code(base.session, 100)}${commit}, recorded ${iso(base.at)}.`,
    table(['pair class', 'now', 'base', 'difference'], rows.map((r) => [r.pairClass, share(r.now), share(r.base), points(r.points)]), ['left', 'right', 'right', 'right']),
  ].join('\n\n')
}

const share = (c: Count | null): string => (c === null ? '–' : c.attempts === 0 ? '0/0' : `${c.successes}/${c.attempts} = ${percent(c.successes / c.attempts)} %`)

/** Never rounded to nothing: a difference that is there is shown as one. */
function points(value: number | null): string {
  if (value === null) return '–'
  if (value === 0) return '±0 points'
  const size = Math.max(0.1, Math.round(Math.abs(value) * 10) / 10)
  return `${value > 0 ? '+' : '−'}${size} points`
}
