/** The whole evidence is a link to elsewhere. */
import { rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V34',
  what: 'the whole evidence is a link to elsewhere',
  ledger: 'true',
  files: async (folder) => {
    await rename(join(folder, 'evidence'), join(folder, '../elsewhere'))
    await symlink(join(folder, '../elsewhere'), join(folder, 'evidence'))
  },
  expected: 'not valid',
  says: '"evidence" is a link',
}
