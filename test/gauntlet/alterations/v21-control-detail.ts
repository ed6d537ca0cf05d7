/** A control whose counters say the opposite. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V21',
  what: 'a control whose counters say the opposite',
  of: { controls: { 'closed-path': { seen: 'through' } } },
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    controls: b.controls.map((c) =>
      c.name === 'closed-path' ? { ...c, seen: 'blocked' as const, witnessed: true } : c,
    ),
  }),
  expected: 'not valid',
  says: 'it is not what its two ends said and counted',
}
