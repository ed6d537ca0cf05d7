/** Records invented for attempts that left none. */
import { recordIn } from '../../../src/domain/received.ts'
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V13',
  what: 'records invented for attempts that left none',
  of: { attempts: { 'saorsa-7→saorsa-2': { record: 'missing' } } },
  ledger: 'none',
  bundle: (b) =>
    attempts(b, (a) => {
      if (a.record.kind === 'there') return a
      const raw = JSON.stringify({
        nonce: a.nonce,
        bytes: a.bytes,
        sha256: a.expectedSha256,
        from: '198.18.7.10:1',
        missing: 0,
        completed_ms: 9,
      })
      const record = recordIn(b.plan.profile, raw, a)
      return record === null ? a : { ...a, record: { kind: 'there', value: record } }
    }),
  expected: 'unanchored',
  says: 'unanchored',
}
