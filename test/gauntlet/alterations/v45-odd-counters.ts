/** Counters of parts of packets and endless bytes. */
import { counted, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V45',
  what: 'counters of parts of packets and endless bytes',
  ledger: 'none',
  bundle: (b) => counted(b, (f) => ({ ...f, packets: 0.001, bytes: 1e300 })),
  expected: 'not valid',
  says: 'are no count',
}
