/** A file of evidence is a link to elsewhere. */
import { rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V32',
  what: 'a file of evidence is a link to elsewhere',
  ledger: 'true',
  files: async (folder) => {
    await rename(join(folder, 'evidence/facts.json'), join(folder, '../elsewhere'))
    await symlink(join(folder, '../elsewhere'), join(folder, 'evidence/facts.json'))
  },
  expected: 'not valid',
  says: 'is a link',
}
