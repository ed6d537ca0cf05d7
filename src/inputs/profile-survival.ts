/** What a profile says of connections that stay: how one is opened and kept, and how a payload is sent over it. */
import * as z from 'zod'
import type { SurvivalUse } from '../domain/suites/survival/use.ts'
import { textField } from './fields.ts'

const words = (what: string) => z.array(textField).min(1).describe(what)

export const survivalUse = z
  .strictObject({
    keep: words('Arguments that open one connection to {peerId} from {localPort} and stay until it is gone.'),
    deliver: words(
      'Arguments that deliver standard input over the connection of {localPort}, and report as a dial does.',
    ),
    connection: z
      .string()
      .regex(/^[A-Za-z_]\w{0,63}$/, 'must be the name of a JSON field')
      .describe('Field of what is reported that names the connection.'),
  })
  .refine((s) => s.keep.some((w) => w.includes('{localPort}')), 'keep must have a place for {localPort}')
  .refine((s) => s.deliver.some((w) => w.includes('{localPort}')), 'deliver must have a place for {localPort}')
  .transform((s): SurvivalUse => s)
