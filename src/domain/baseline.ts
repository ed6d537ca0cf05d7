/** What a test is compared with, as the entry that begins it has it. */
import { z } from 'zod'
import { outcomesSchema } from './outcomes.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** Written into the entry that begins a test, before a packet of it is sent; null: its criterion compares with nothing. */
export const baselineSchema = z
  .discriminatedUnion('kind', [
    z
      .object({
        kind: z.literal('session'),
        session: z.string(),
        /** The entry of the test that is compared with, in the ledger of that session. */
        seq: z.int().nonnegative(),
        hash: digest,
        evidenceRoot: digest,
        at: z.number(),
        outcomes: outcomesSchema,
      })
      .readonly(),
    z.object({ kind: z.literal('none'), lacks: z.string() }).readonly(),
  ])
  .nullable()
export type Baseline = NonNullable<z.infer<typeof baselineSchema>>
export type SessionBaseline = Extract<Baseline, { kind: 'session' }>
