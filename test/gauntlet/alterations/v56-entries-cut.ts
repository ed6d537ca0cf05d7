/** The entries end after the second. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V56',
  what: 'the entries end after the second',
  ledger: 'none',
  bundle: (b) => ({ ...b, entries: b.entries.slice(0, 2) }),
  expected: 'not valid',
  says: 'where nothing is tested',
}
