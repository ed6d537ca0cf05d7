/** A verdict beside the manifest. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V31c',
  what: 'a verdict beside the manifest',
  ledger: 'true',
  files: (folder) => add(folder, 'verdict.json', 'all passed'),
  expected: 'not valid',
  says: 'is no part of this evidence',
}
