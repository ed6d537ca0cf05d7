/** All times of the attempts moved by a day, sealed again, the true ledger named. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10c',
  what: 'all times of the attempts moved by a day, sealed again, the true ledger named',
  ledger: 'true',
  bundle: (b) => attempts(b, (a) => ({ ...a, startedAt: a.startedAt + 86_400_000, endedAt: a.endedAt + 86_400_000 })),
  expected: 'not valid',
}
