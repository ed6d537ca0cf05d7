/** A file stands twice in the list. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V36',
  what: 'a file stands twice in the list',
  ledger: 'none',
  files: (folder) => edit(folder, 'manifest.json', (t) => t.replace('"evidence/nat.json"', '"evidence/plan.json"')),
  expected: 'not valid',
  says: 'a file is listed twice',
}
