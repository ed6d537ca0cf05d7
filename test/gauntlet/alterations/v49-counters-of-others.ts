/** Counters of one attempt given to others. */
import { rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V49',
  what: 'counters of one attempt given to others',
  ledger: 'none',
  bundle: (b) => {
    const [first] = b.items.connectivity ?? []
    return rounds(b, (r) => [{ ...r, readings: first?.readings ?? r.readings }])
  },
  expected: 'not valid',
  says: 'its readings are of other nodes',
}
