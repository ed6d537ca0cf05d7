/** A file more among the evidence. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V30',
  what: 'a file more among the evidence',
  ledger: 'true',
  files: (folder) => add(folder, 'evidence/logs/more.log', ''),
  expected: 'not valid',
  says: 'is not listed',
}
