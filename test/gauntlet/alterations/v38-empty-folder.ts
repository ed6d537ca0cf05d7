/** An empty folder. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V38',
  what: 'an empty folder',
  ledger: 'true',
  files: (folder) => mkdir(join(folder, 'evidence/more')),
  expected: 'not valid',
  says: 'is an empty folder',
}
