/** Nothing stands in the entries of build and deploy, in a chain that is whole. */
import { chainedAgain, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V57',
  what: 'nothing stands in the entries of build and deploy, in a chain that is whole',
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    entries: chainedAgain(b.entries, (e) =>
      e.event === 'deployed' ? { ...e, facts: { ...e.facts, deployed: {}, binarySha256: 'ab'.repeat(32) } } : e,
    ),
  }),
  expected: 'not valid',
  says: 'what was deployed is not what was built',
}
