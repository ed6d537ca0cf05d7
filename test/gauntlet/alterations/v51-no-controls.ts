/** No controls: it agrees with itself, and is no pass. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V51',
  what: 'no controls: it agrees with itself, and is no pass',
  ledger: 'none',
  bundle: (b) => ({ ...b, controls: [] }),
  expected: 'unanchored',
  verdict: 'inconclusive',
}
