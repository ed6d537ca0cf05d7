/** Packets that are smaller than their headers. */
import { counted, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V45b',
  what: 'packets that are smaller than their headers',
  ledger: 'none',
  bundle: (b) => counted(b, (f) => ({ ...f, packets: f.bytes })),
  expected: 'not valid',
  says: 'have more than',
}
