/** Raw counts of the pair classes, as the ledger keeps them. */
import type { Counts } from '../../counts.ts'
import type { ClassResult } from '../../criteria.ts'

export const connectivityCounts = (classes: readonly ClassResult[]): Counts => ({
  connectivity: Object.fromEntries(
    classes.map((c) => [
      c.pairClass,
      {
        attempts: c.attempts,
        successes: c.successes,
        planned: c.pairs,
        tried: c.pairsTried,
        recovered: c.recovered,
      },
    ]),
  ),
})
