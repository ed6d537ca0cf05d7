/** A JUnit file of other results. */
import { add, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V31d',
  what: 'a JUnit file of other results',
  ledger: 'true',
  files: (folder) => add(folder, 'junit.xml', 'all passed'),
  expected: 'not valid',
  says: 'junit.xml does not follow',
}
