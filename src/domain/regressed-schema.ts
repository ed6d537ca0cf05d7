/** What the ledger keeps of a checkpoint's regression. */
import { z } from 'zod'

const tries = z.object({ attempts: z.int(), successes: z.int() }).readonly()
const words = z.string().max(600)
export const mostRegressed = { subjects: 100, rows: 100 } as const

export const regressedSchema = z
  .object({
    /** Groups that lost more than the tolerance. `low`, `high`: of the change of the rate, -1..1, with 95 %. */
    groups: z
      .array(
        z
          .object({
            suite: words,
            group: words,
            first: tries,
            now: tries,
            low: z.number(),
            high: z.number(),
            chance: z.number(),
            judged: z.enum(['shown', 'may be noise', 'none']),
            /** Delivered at the first test, failed now, also when tried again. */
            lost: z.array(words).max(mostRegressed.subjects).readonly(),
            /** How many of those, and how many failed in both. */
            lostInAll: z.int(),
            failedInBoth: z.int(),
          })
          .readonly(),
      )
      .max(mostRegressed.rows)
      .readonly(),
    /** Of nodes: deaths, restarts, growth. */
    nodes: z.array(words).max(mostRegressed.rows).readonly(),
    /** What decided beside these. */
    others: z.array(words).max(mostRegressed.rows).readonly(),
  })
  .readonly()
export type Regressed = z.infer<typeof regressedSchema>
