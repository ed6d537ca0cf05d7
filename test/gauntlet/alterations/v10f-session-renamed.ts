/** The session renamed, sealed again, the true ledger named. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10f',
  what: 'the session renamed, sealed again, the true ledger named',
  ledger: 'true',
  bundle: (b) => ({ ...b, facts: { ...b.facts, session: 's2' } }),
  expected: 'not valid',
}
