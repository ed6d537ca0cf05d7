/** What a suite adds to a page: its own sections, and what its groups mean. */
import type { SuiteId, SuiteResult } from '../../domain/suites/suite.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import type { Inline, Section } from '../section.ts'

export interface SuiteReport {
  /** The first thing that a reader wants to see. */
  readonly overview: readonly Section[]
  /** Below the table of groups: what they are, and what a success needs. */
  readonly terms: Inline | null
  /** One sentence for each sample that needs one: the longest section, left out first where there is little room. */
  readonly sentences: readonly Section[]
  readonly figures: readonly Section[]
}

/** `figures` are those of a judge that did not break. */
export type SuitePages<Id extends SuiteId> = (
  result: SuiteResult<Id> & { readonly figures: NonNullable<SuiteResult<Id>['figures']> },
  on: { readonly verdict: Verdict; readonly input: RunInput },
) => SuiteReport
