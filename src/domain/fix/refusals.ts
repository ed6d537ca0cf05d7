/** What keeps a fix from being tried at all, one row for each reason: the first that holds is told. */
import type { FailureDiagnosis } from '../failed/diagnosis.ts'
import type { Entry } from '../ledger.ts'
import type { Plan } from '../plan.ts'
import type { FixConfig } from './config.ts'
import type { FixFacts, GaveUpReason } from './end.ts'
import type { Before, Stopped } from './guards.ts'

interface Standing {
  readonly plan: Pick<Plan, 'source'>
  readonly config: FixConfig
  readonly diagnosis: FailureDiagnosis
  readonly entries: readonly Entry[]
  /** There is somebody to run the command. */
  readonly able: boolean
}

const rows: readonly (readonly [GaveUpReason, (s: Standing) => string | null])[] = [
  [
    'not the program',
    ({ diagnosis: { causes } }) => {
      const [first] = causes
      return first === undefined || first.owner === 'product'
        ? null
        : `${first.what} (${first.owner}): ${first.evidence[0]?.text ?? ''}`
    },
  ],
  ['another machine', ({ able }) => (able ? null : 'a start on a terminal runs them')],
  ['no commit', ({ plan }) => (testedCommit(plan) === null ? 'the program was not built from a clean commit' : null)],
  [
    'attempts used up',
    ({ entries, config }) =>
      fixesSincePush(entries) >= config.maxAttempts ? `${config.maxAttempts} were made since a person's commit` : null,
  ],
]

export function fixRefusal(s: Standing): Stopped | null {
  for (const [reason, why] of rows) {
    const said = why(s)
    if (said !== null) return { reason, why: said }
  }
  return null
}

/** Null: the program came from no commit alone. */
export const testedCommit = ({ source }: Pick<Plan, 'source'>): string | null =>
  source.kind === 'build' && source.revision !== null && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(source.revision)
    ? source.revision
    : null

/** Every fix of the session, oldest first, with when it was made. */
export const fixesOf = (entries: readonly Entry[]): readonly (FixFacts & { readonly at: number })[] =>
  entries.flatMap((e) => (e.event === 'fixed' ? [{ ...e.facts.fix, at: e.at }] : []))

const fixesSincePush = (entries: readonly Entry[]): number =>
  fixesOf(entries.slice(entries.findLastIndex((e) => e.event === 'pushed') + 1)).length

/** States and changes that were there before. */
export const beforeIn = (entries: readonly Entry[]): Before => ({
  trees: fixesOf(entries).flatMap((f) => [f.parentTree, f.tree]),
  diffs: fixesOf(entries).map((f) => f.diff),
})
