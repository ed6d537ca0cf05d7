/** Failed attempts dropped, sealed again, the true ledger named. */
import { rounds, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10a',
  what: 'failed attempts dropped, sealed again, the true ledger named',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'true',
  bundle: (b) => rounds(b, (r) => [{ ...r, attempts: r.attempts.filter((a) => a.record.kind === 'there') }]),
  expected: 'not valid',
}
