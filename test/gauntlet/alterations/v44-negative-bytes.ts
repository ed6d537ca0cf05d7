/** Counters with fewer bytes than none. */
import { counted, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V44',
  what: 'counters with fewer bytes than none',
  ledger: 'none',
  bundle: (b) => counted(b, (f) => ({ ...f, bytes: -5 })),
  expected: 'not valid',
  says: 'are no count',
}
