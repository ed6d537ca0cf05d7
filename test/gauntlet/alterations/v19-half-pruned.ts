/** Half of the rounds taken away. */
import { rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V19',
  what: 'half of the rounds taken away',
  ledger: 'none',
  bundle: (b) => rounds(b, (r, i) => (i % 2 === 0 ? [r] : [])),
  expected: 'not valid',
  says: 'rounds are there',
}
