/** A plan whose pattern takes for ever in an engine that tries every way, and records that it is run over. */
import { attempts, withPlan, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V50',
  what: 'a pattern of exponential time in the plan, and text for it in the records',
  ledger: 'none',
  bundle: (b) => {
    const pattern = String.raw`(?<nonce>[0-9a-f]+) (?<bytes>\d+) (?<sha256>(a+)+)$`
    const profile = { ...b.plan.profile, record: { kind: 'log', path: null, pattern } as const }
    return attempts(withPlan(b, { ...b.plan, profile }), (a) =>
      a.record.kind === 'there'
        ? { ...a, record: { kind: 'there', value: { ...a.record.value, raw: `${a.nonce} 1 ${'a'.repeat(3000)}!` } } }
        : a,
    )
  },
  expected: 'not valid',
  says: "the receiver's record is not what its own text says",
}
