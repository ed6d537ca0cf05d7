/** A second proof page. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V31b',
  what: 'a second proof page',
  ledger: 'true',
  files: (folder) => add(folder, 'Proof-2026.md', 'all passed'),
  expected: 'not valid',
  says: 'is no part of this evidence',
}
