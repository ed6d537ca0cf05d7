/** Another binary ran and was deployed than the entries tell. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V53',
  what: 'another binary ran and was deployed than the entries tell',
  ledger: 'none',
  bundle: (b) => {
    const other = 'ab'.repeat(32)
    const as = (list: typeof b.running.before) => list.map((p) => ({ ...p, exeSha256: other }))
    return {
      ...b,
      running: { before: as(b.running.before), after: as(b.running.after) },
      facts: { ...b.facts, deployed: Object.fromEntries(Object.keys(b.facts.deployed).map((n) => [n, other])) },
    }
  },
  expected: 'not valid',
  says: 'what was deployed is not what the entries tell',
}
