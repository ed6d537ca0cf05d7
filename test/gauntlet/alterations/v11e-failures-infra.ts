/** Failures marked as nobody’s fault, sealed again, no ledger named. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V11e',
  what: 'failures marked as nobody’s fault, sealed again, no ledger named',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  bundle: (b) =>
    attempts(b, (a) =>
      a.record.kind === 'there' ? a : { ...a, fault: { kind: 'infra', message: 'the channel closed' } },
    ),
  expected: 'unanchored',
}
