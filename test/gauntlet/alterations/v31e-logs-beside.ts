/** Logs beside the evidence. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V31e',
  what: 'logs beside the evidence',
  ledger: 'true',
  files: (folder) => add(folder, 'logs/a.log', 'all passed'),
  expected: 'not valid',
  says: 'is no part of this evidence',
}
