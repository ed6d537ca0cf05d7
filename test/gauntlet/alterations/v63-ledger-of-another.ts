/** Another session’s ledger. */
import { chainedAgain, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V63',
  what: 'another session’s ledger',
  ledger: (entries) => chainedAgain(entries, (e) => ({ ...e, session: 's9' })),
  files: async () => undefined,
  expected: 'not valid',
  says: 'belongs to session s9',
}
