/** Text in the place of a number. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V43',
  what: 'text in the place of a number',
  ledger: 'none',
  files: (folder) => edit(folder, 'evidence/facts.json', (t) => t.replace('"test": 1,', '"test": "1",')),
  again: true,
  expected: 'not valid',
  says: 'is no whole number',
}
