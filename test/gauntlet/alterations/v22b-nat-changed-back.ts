/** A NAT that had changed is called what it was, its prober’s own event left as it is. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V22b',
  what: 'a NAT that had changed is called what it was, its prober’s own event left as it is',
  of: { natAfter: { 'saorsa-10': 'full-cone' } },
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    measurements: {
      ...b.measurements,
      after: b.measurements.before.map((m, i) => ({ ...m, raw: b.measurements.after[i]?.raw ?? [] })),
    },
  }),
  expected: 'not valid',
  says: "after: saorsa-10: the measurement is not what the prober's own event says",
}
