/** Runs of workflows that worked on one session alone: those that a stop may cancel. */
import type { Entry } from './ledger.ts'

export interface OwnRun {
  readonly run: string
  readonly attempt: number
  readonly url: string
  readonly repository: string
}

/** Newest first. A run that has written another session, which has not ended, works on that too: it stays. */
export function ownRuns(
  entries: readonly Entry[],
  others: readonly { readonly entries: readonly Entry[]; readonly ended: boolean }[],
): readonly OwnRun[] {
  const shared = new Set(
    others
      .filter((o) => !o.ended)
      .flatMap((o) => o.entries.flatMap(runOf))
      .map((r) => r.run),
  )
  const newest = new Map<string, OwnRun>()
  for (const run of entries.toReversed().flatMap(runOf)) if (!newest.has(run.run)) newest.set(run.run, run)
  return [...newest.values()].filter((r) => !shared.has(r.run))
}

const runOf = ({ facts: { by } }: Entry): readonly OwnRun[] =>
  by?.kind === 'run' ? [{ run: by.run, attempt: by.attempt, url: by.url, repository: by.repository }] : []
