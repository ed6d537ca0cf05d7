/** The last test that passed, as the beginning of a later one keeps it: what a failure of that is compared with. */
import { z } from 'zod'
import { outcomesSchema } from '../outcomes.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const whole = z.int().nonnegative()
/** A NAT's name by node. */
export const natNamesSchema = z.record(z.string(), z.string().max(100)).readonly()
export const logCountsSchema = z.record(z.string().regex(/^[0-9a-f]{16}$/), whole).readonly()

export const passedBefore = z
  .object({
    session: z.string(),
    test: z.string(),
    binarySha256: digest,
    commit: z.string().nullable(),
    /** How often each template came in its journals. */
    counts: logCountsSchema,
    outcomes: outcomesSchema.nullable(),
    nats: natNamesSchema.nullable(),
  })
  .readonly()
  .nullable()
