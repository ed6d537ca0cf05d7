/** A key of the facts twice. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V40',
  what: 'a key of the facts twice',
  ledger: 'none',
  files: (folder) => edit(folder, 'evidence/facts.json', (t) => t.replace('"test": 1,', '"test": 2,\n "test": 1,')),
  again: true,
  expected: 'not valid',
  says: 'not written as it was sealed',
}
