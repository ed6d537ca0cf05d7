/** The measurement after the last round is taken out, the true ledger named. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V22c',
  what: 'the measurement after the last round is taken out, the true ledger named',
  ledger: 'true',
  bundle: (b) => ({ ...b, measurements: { ...b.measurements, after: [] } }),
  expected: 'not valid',
}
