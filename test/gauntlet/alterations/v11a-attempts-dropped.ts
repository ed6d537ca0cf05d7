/** Failed attempts dropped, sealed again, no ledger named. */
import { rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V11a',
  what: 'failed attempts dropped, sealed again, no ledger named',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  bundle: (b) => rounds(b, (r) => [{ ...r, attempts: r.attempts.filter((a) => a.record.kind === 'there') }]),
  expected: 'not valid',
  says: 'is not round',
}
