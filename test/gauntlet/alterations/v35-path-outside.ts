/** The list names a file outside the folder. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V35',
  what: 'the list names a file outside the folder',
  ledger: 'none',
  files: (folder) => edit(folder, 'manifest.json', (t) => t.replace('"evidence/plan.json"', '"../evidence/plan.json"')),
  expected: 'not valid',
  says: 'is no path inside',
}
