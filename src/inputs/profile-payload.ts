/** What a profile says of its payload: whose bytes they are, how long, and where a receiver keeps them. */
import * as z from 'zod'
import type { Profile } from '../domain/profile.ts'
import { payloadBytes, taggedUnion, textField } from './fields.ts'
import { generated } from './profile-events.ts'

const counter = z
  .strictObject({
    min_bytes: payloadBytes.describe('Least length of a payload, in bytes.'),
    max_bytes: payloadBytes.describe('Greatest length of a payload, in bytes.'),
  })
  .refine((c) => c.min_bytes <= c.max_bytes, 'min_bytes must not be larger than max_bytes')
const given = z
  .strictObject({
    min_bytes: payloadBytes.describe(
      'Least length of a payload, in bytes; 16384 at least, far above what a program sends besides.',
    ),
    max_bytes: payloadBytes.describe('Greatest length of a payload, in bytes.'),
    kept: textField
      .refine(
        (t) => t.startsWith('{dataDir}/') && t.includes('{nonce}') && !t.split('/').includes('..'),
        'must be a file below {dataDir}/ with {nonce} in its name',
      )
      .optional()
      .describe('File in which the receiver keeps the payload of a nonce: `{dataDir}` and `{nonce}` are filled.'),
  })
  .refine((p) => p.min_bytes <= p.max_bytes, 'min_bytes must not be larger than max_bytes')
  .refine((p) => p.min_bytes >= 16_384, 'min_bytes must be 16384 at least')
export const payload = z
  .union([
    z.literal('opaque'),
    taggedUnion({
      stdin: given.describe('Random bytes of ours, handed to the dialler on its standard input.'),
      generated: generated.describe("Bytes of the program's own making, in parts, of a length drawn from a range."),
      sha256_counter: counter.describe('Bytes that follow from the nonce alone, of a length drawn from a range.'),
    }),
  ])
  .transform((p): Profile['payload'] => {
    if (p === 'opaque') return { kind: 'opaque' }
    if (p.stdin !== undefined) {
      const { min_bytes: minBytes, max_bytes: maxBytes, kept = null } = p.stdin
      return { kind: 'given', minBytes, maxBytes, kept }
    }
    if (p.generated !== undefined) {
      const { min_bytes: minBytes, max_bytes: maxBytes, chunk_bytes: chunkBytes, framing } = p.generated
      return { kind: 'generated', minBytes, maxBytes, chunkBytes, framing }
    }
    return p.sha256_counter === undefined
      ? { kind: 'opaque' }
      : { kind: 'sha256-counter', minBytes: p.sha256_counter.min_bytes, maxBytes: p.sha256_counter.max_bytes }
  })
