/** How many of a node's attempts, from and to it, were delivered in one test: by the outcomes that its ledger holds. */
import type { NodeName } from './fleet.ts'
import type { Outcomes } from './outcomes.ts'

export interface NodeRate {
  readonly successes: number
  readonly attempts: number
}

/** Of pairs; what was not counted is no attempt. */
export function nodeRates(outcomes: Outcomes): ReadonlyMap<NodeName, NodeRate> {
  const rates = new Map<NodeName, NodeRate>()
  for (const groups of Object.values(outcomes))
    for (const subjects of Object.values(groups))
      for (const [subject, letters] of Object.entries(subjects)) {
        const ends = subject.split(' → ')
        if (ends.length !== 2) continue
        for (const node of ends) {
          const { successes, attempts } = rates.get(node) ?? { successes: 0, attempts: 0 }
          rates.set(node, {
            successes: successes + letters.replaceAll(/[^1]/g, '').length,
            attempts: attempts + letters.replaceAll(/[^01]/g, '').length,
          })
        }
      }
  return rates
}
