/** What a profile says of throughput: how much one transfer may have, and how it is told to send that much. */
import * as z from 'zod'
import type { ThroughputUse } from '../domain/suites/throughput/use.ts'
import { textField } from './fields.ts'

export const throughputUse = z
  .strictObject({
    max_mb: z.number().min(1).max(1000).describe('Most megabytes that one transfer of the program can have.'),
    args: z
      .array(textField)
      .min(1)
      .nullable()
      .default(null)
      .describe('Arguments of one transfer, with the placeholders of a dial (default: those of a dial).'),
  })
  .transform(({ max_mb: maxMb, args }): ThroughputUse => ({ maxMb, args }))
