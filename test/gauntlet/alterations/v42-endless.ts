/** A number beyond all numbers. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V42',
  what: 'a number beyond all numbers',
  ledger: 'none',
  files: (folder) =>
    edit(folder, 'evidence/facts.json', (t) => t.replace('"testEndedAt": ', '"testEndedAt": 1e999, "was": ')),
  again: true,
  expected: 'not valid',
  says: 'is no',
}
