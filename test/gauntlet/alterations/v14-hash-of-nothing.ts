/** Expected hash and record agree on another payload. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V14',
  what: 'expected hash and record agree on another payload',
  ledger: 'none',
  bundle: (b) =>
    attempts(b, (a) => {
      const other = 'ab'.repeat(32)
      if (a.record.kind !== 'there') return a
      const { value } = a.record
      return {
        ...a,
        expectedSha256: other,
        record: { kind: 'there', value: { ...value, sha256: other, raw: value.raw.replace(value.sha256, other) } },
      }
    }),
  expected: 'not valid',
  says: 'the expected hash does not follow',
}
