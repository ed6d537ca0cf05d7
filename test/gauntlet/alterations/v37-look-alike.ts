/** Names that look alike. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V37',
  what: 'names that look alike',
  ledger: 'none',
  files: (folder) => add(folder, 'evidence/suites/Connectivity.jsonl', ''),
  again: true,
  expected: 'not valid',
  says: 'is a file that nothing here reads',
}
