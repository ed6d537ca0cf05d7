/** Controls without what they rest on. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V20',
  what: 'controls without what they rest on',
  ledger: 'none',
  bundle: (b) => ({ ...b, controls: b.controls.map((c) => ({ ...c, raw: [] })) }),
  expected: 'not valid',
  says: 'nothing shows what its two ends said and counted',
}
