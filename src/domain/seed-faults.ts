/** Whether the seed that the evidence reveals is the one that the ledger was promised when the test began. */
import { layout, type Bundle } from './bundle.ts'
import { historyOf } from './history.ts'
import { isTestSeed, seedCommitment } from './test-seed.ts'

export function seedFaults({ facts, entries }: Pick<Bundle, 'facts' | 'entries'>): readonly string[] {
  const { begun } = historyOf(entries, facts.test)
  if (begun === null) return [`${layout.entries}: test ${facts.test} has no beginning`]
  if (!isTestSeed(facts.seed)) return [`${layout.facts}: the seed is none`]
  return seedCommitment(facts.seed) === begun.seedCommitment
    ? []
    : [`${layout.facts}: the seed is not the one that was committed to when the test began`]
}
