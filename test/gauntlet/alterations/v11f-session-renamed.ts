/** The session renamed, sealed again, no ledger named. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V11f',
  what: 'the session renamed, sealed again, no ledger named',
  ledger: 'none',
  bundle: (b) => ({ ...b, facts: { ...b.facts, session: 's2' } }),
  expected: 'not valid',
  says: 'belongs to session s1',
}
