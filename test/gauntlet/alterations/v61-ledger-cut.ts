/** The ledger’s last entry taken away. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V61',
  what: 'the ledger’s last entry taken away',
  ledger: (entries) => entries.slice(0, -1),
  files: async () => undefined,
  expected: 'not valid',
  says: 'the ledger does not hold this test',
}
