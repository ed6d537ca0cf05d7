/** A measured NAT called another, sealed again, no ledger named. */
import { inBoth } from '../../kit/consistent.ts'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V11d',
  what: 'a measured NAT called another, sealed again, no ledger named',
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    measurements: inBoth(b.measurements, (m) => (m.node === 'saorsa-10' ? { ...m, mapping: 'EIM' } : m)),
  }),
  expected: 'not valid',
  says: 'the measurement is not what the prober',
}
