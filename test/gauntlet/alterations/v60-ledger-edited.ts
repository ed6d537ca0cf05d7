/** The ledger’s last entry edited. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V60',
  what: 'the ledger’s last entry edited',
  ledger: (entries) => entries.map((e, i) => (i === entries.length - 1 ? { ...e, why: 'because' } : e)),
  files: async () => undefined,
  expected: 'not valid',
  says: 'was changed after it was written',
}
