/** Times before there were clocks. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V58',
  what: 'times before there were clocks',
  ledger: 'none',
  bundle: (b) => attempts(b, (a) => ({ ...a, startedAt: -1, endedAt: -5 })),
  expected: 'not valid',
  says: 'is no time',
}
