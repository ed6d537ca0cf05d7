/** A payload of one byte where the profile says thousands. */
import { expectedSha256 } from '../../../src/domain/payload.ts'
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V15',
  what: 'a payload of one byte where the profile says thousands',
  ledger: 'none',
  bundle: (b) =>
    attempts(b, (a) => {
      if (a.record.kind !== 'there') return a
      const sha256 = expectedSha256(b.plan.profile.payload, b.facts.seed, { ...a, bytes: 1 })
      const raw = JSON.stringify({ ...(JSON.parse(a.record.value.raw) as object), bytes: 1, sha256 })
      return {
        ...a,
        bytes: 1,
        expectedSha256: sha256,
        record: { kind: 'there', value: { ...a.record.value, bytes: 1, sha256, raw } },
      }
    }),
  expected: 'not valid',
  says: "1 bytes are not drawn from the test's seed",
}
