/** Another build than the entries tell. */
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V54',
  what: 'another build than the entries tell',
  ledger: 'none',
  bundle: (b) => ({
    ...b,
    facts: { ...b.facts, build: b.facts.build === null ? null : { ...b.facts.build, sha256: 'ab'.repeat(32) } },
  }),
  expected: 'not valid',
  says: 'the build is not the one that the entries tell',
}
