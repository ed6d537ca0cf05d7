/** One bit of a file of evidence. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V01',
  what: 'one bit of a file of evidence',
  ledger: 'true',
  files: (folder) =>
    edit(folder, 'evidence/suites/connectivity.jsonl', (t) => t.replace('"success":true', '"success":tru5')),
  expected: 'not valid',
  says: 'was changed',
}
