/** A measured NAT called another, sealed again, the true ledger named. */
import { inBoth } from '../../kit/consistent.ts'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10d',
  what: 'a measured NAT called another, sealed again, the true ledger named',
  ledger: 'true',
  bundle: (b) => ({
    ...b,
    measurements: inBoth(b.measurements, (m) => (m.node === 'saorsa-10' ? { ...m, mapping: 'EIM' } : m)),
  }),
  expected: 'not valid',
}
