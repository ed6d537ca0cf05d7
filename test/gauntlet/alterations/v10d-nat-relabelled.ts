/** A measured NAT called another, sealed again, the true ledger named. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10d',
  what: 'a measured NAT called another, sealed again, the true ledger named',
  ledger: 'true',
  bundle: (b) => ({
    ...b,
    measurements: b.measurements.map((m) => (m.node === 'saorsa-10' ? { ...m, mapping: 'EIM' as const } : m)),
  }),
  expected: 'not valid',
}
