/** The prober’s own event says symmetric. */
import { inBoth } from '../../kit/consistent.ts'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V22',
  what: 'the prober’s own event says symmetric',
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    measurements: inBoth(b.measurements, (m) => ({ ...m, raw: [{ ...(m.raw[0] as object), mapping: 'APDM' }] })),
  }),
  expected: 'not valid',
  says: "the measurement is not what the prober's own event says",
}
