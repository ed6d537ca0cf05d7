/** All times of the attempts moved by a day, sealed again, no ledger named. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V11c',
  what: 'all times of the attempts moved by a day, sealed again, no ledger named',
  ledger: 'none',
  bundle: (b) => attempts(b, (a) => ({ ...a, startedAt: a.startedAt + 86_400_000, endedAt: a.endedAt + 86_400_000 })),
  expected: 'unanchored',
}
