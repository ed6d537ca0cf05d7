/** Where a profile says that a node's peer id is: written down, told in an event, or the hash of its public key. */
import * as z from 'zod'
import type { Profile } from '../domain/profile.ts'
import { taggedUnion } from './fields.ts'
import { eventField } from './profile-events.ts'
import { file } from './profile-record.ts'

export const peerId = z
  .union([
    z.literal('none'),
    taggedUnion({
      file: file.describe('The file, below {dataDir}/.'),
      key_file: z
        .strictObject({
          path: file.describe('The file of the key, below {dataDir}/; no byte of it leaves the node.'),
          prefix: z
            .string()
            .regex(/^[\x20-\x7e]{0,100}$/, 'must be up to 100 printable characters')
            .default('')
            .describe('Text that is hashed before the key (default: none).'),
          offset: z
            .int()
            .min(0)
            .max(65_536)
            .default(0)
            .describe('Where in the file the public key begins (default 0).'),
          bytes: z.int().min(16).max(65_536).describe('Length of the public key in bytes.'),
        })
        .describe('The id is the SHA-256 of a text and of a part of a key file.'),
      journal: eventField.describe("The event of the running process in its unit's journal."),
    }),
  ])
  .transform((p): Profile['peerId'] => {
    if (p === 'none') return { kind: 'none' }
    if (p.key_file !== undefined) return { kind: 'key-file', ...p.key_file }
    if (p.journal !== undefined) return { kind: 'journal', event: p.journal }
    return p.file === undefined ? { kind: 'none' } : { kind: 'file', path: p.file }
  })
