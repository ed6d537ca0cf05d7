/** A number that no double holds. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V43b',
  what: 'a number that no double holds',
  ledger: 'none',
  files: (folder) => edit(folder, 'evidence/facts.json', (t) => t.replace('"test": 1,', '"test": 9007199254740993,')),
  again: true,
  expected: 'not valid',
}
