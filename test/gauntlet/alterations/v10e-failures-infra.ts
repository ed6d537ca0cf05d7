/** Failures marked as nobody’s fault, sealed again, the true ledger named. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V10e',
  what: 'failures marked as nobody’s fault, sealed again, the true ledger named',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'true',
  bundle: (b) =>
    attempts(b, (a) =>
      a.record.kind === 'there' ? a : { ...a, fault: { kind: 'infra', message: 'the channel closed' } },
    ),
  expected: 'not valid',
}
