/** What a profile says of a program's events: which one names an id, and which ones a receiver's record is made of. */
import * as z from 'zod'
import { framings } from '../domain/framing.ts'
import { stopSignals, type Profile, type ReceivedEvent } from '../domain/profile.ts'
import { count, payloadBytes, textField } from './fields.ts'

export const field = z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'must be the name of a JSON field')

const where = z
  .record(field, textField)
  .refine((w) => Object.keys(w).length > 0, 'must name a field and its value')
  .describe('Fields that an event has, and their values, such as `event: local_identity`.')

export const eventField = z.strictObject({
  where,
  field: field.describe('Field of the event that holds the value.'),
})

const received = z
  .strictObject({
    where,
    id: field.describe("Field of the sender's id, or of its first 16 digits."),
    sequence: field.optional().describe("Field of the part's number, from 0."),
    bytes: field.optional().describe("Field of the length of the part's payload."),
    whole: field.optional().describe('Field that is true where the part is whole.'),
    wire_bytes: field.optional().describe('Field of the length of the part as it came, where the event has no number.'),
  })
  .superRefine(({ sequence, bytes, whole, wire_bytes: wire }, context) => {
    if (wire === undefined && (sequence === undefined || bytes === undefined))
      context.addIssue('must have sequence and bytes, or wire_bytes alone')
    if (wire !== undefined && (sequence ?? bytes ?? whole) !== undefined)
      context.addIssue('must not have wire_bytes beside sequence, bytes or whole')
  })
  .transform(({ where: fields, id, sequence = '', bytes = '', whole = null, wire_bytes: wire }): ReceivedEvent =>
    wire === undefined
      ? { kind: 'numbered', where: fields, id, sequence, bytes, whole }
      : { kind: 'framed', where: fields, id, wireBytes: wire },
  )

export const recordEvents = z.strictObject({
  connected: z
    .strictObject({
      where,
      id: field.describe("Field of the peer's id, or of its first 16 digits."),
      from: field.describe("Field of the peer's address."),
    })
    .describe('The event of a connection.'),
  received: z.array(received).min(1).describe('Events of a part that came; of each line the first that fits.'),
})

export const generated = z
  .strictObject({
    min_bytes: payloadBytes.describe('Least length of a payload, in bytes; 16384 at least.'),
    max_bytes: payloadBytes.describe(
      'Greatest length of a payload, in bytes: the range is what a receiver would have to guess.',
    ),
    chunk_bytes: count.describe('Length of each part but the last, in bytes.'),
    framing: z
      .enum(framings)
      .default('none')
      .describe('What a part looks like on the wire: none (default), or json-numbers.'),
  })
  .refine((p) => p.min_bytes >= 16_384, 'min_bytes must be 16384 at least')
  .refine((p) => p.max_bytes - p.min_bytes >= 16_384, 'max_bytes must be 16384 more than min_bytes at least')
  .refine((p) => p.max_bytes <= 100 * p.chunk_bytes, 'max_bytes must be 100 parts at most')

export const stopSignal = z
  .enum(stopSignals)
  .default('SIGTERM')
  .describe('Signal that ends it (default SIGTERM); after SIGINT it is given more time.')

export const environment = (of: string) =>
  z
    .record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable'), textField)
    .default({})
    .describe(of)

/** A record by events is found by the dialler's own id, and is of parts. */
export function eventFaults({ record, dial, payload }: Profile): readonly (readonly [readonly string[], string])[] {
  if (record.kind !== 'events') return []
  return [
    ...(dial.kind === 'commanded' && dial.id !== null
      ? []
      : [[['dial', 'commanded'], 'must have id: a record by events is found by the id that the dialler had'] as const]),
    ...(payload.kind === 'generated'
      ? []
      : [[['payload'], 'must be generated: a record by events is of parts whose lengths are known'] as const]),
  ]
}
