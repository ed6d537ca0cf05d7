/** No attempt, and a floor of none. */
import { planned, rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V48',
  what: 'no attempt, and a floor of none',
  ledger: 'none',
  bundle: (b) =>
    planned(
      rounds(b, () => []),
      (targets) => ({ ...targets, sampleFloor: 0 }),
    ),
  expected: 'not valid',
  says: 'is not from 1 to',
}
