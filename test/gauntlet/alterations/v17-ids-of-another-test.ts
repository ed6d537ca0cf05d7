/** Ids and rounds of another test. */
import { rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V17',
  what: 'ids and rounds of another test',
  ledger: 'none',
  bundle: (b) =>
    rounds(b, (r) => [{ ...r, pass: 2, attempts: r.attempts.map((a) => ({ ...a, id: a.id.replace(/^1/, '2') })) }]),
  expected: 'not valid',
  says: 'is of test 2',
}
