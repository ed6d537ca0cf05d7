/** Nothing proves what ran afterwards: no pass. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V52',
  what: 'nothing proves what ran afterwards: no pass',
  ledger: 'none',
  bundle: (b) => ({ ...b, running: { ...b.running, after: [] } }),
  expected: 'unanchored',
  verdict: 'inconclusive',
}
