/** A page that people read first. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V31a',
  what: 'a page that people read first',
  ledger: 'true',
  files: (folder) => add(folder, 'proof.md', 'all passed'),
  expected: 'not valid',
  says: 'is no part of this evidence',
}
