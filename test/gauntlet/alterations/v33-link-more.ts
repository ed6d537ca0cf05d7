/** A link to a folder among the evidence. */
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V33',
  what: 'a link to a folder among the evidence',
  ledger: 'true',
  files: (folder) => symlink('/usr', join(folder, 'evidence/more')),
  expected: 'not valid',
  says: 'is a link',
}
