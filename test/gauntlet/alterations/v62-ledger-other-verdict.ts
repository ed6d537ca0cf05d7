/** The ledger’s entry calls a failed test passed, in a chain that is whole. */
import type { Entry } from '../../../src/domain/ledger.ts'
import { chainedAgain, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V62',
  what: 'the ledger’s entry calls a failed test passed, in a chain that is whole',
  of: { attempts: { 'class:relay': { path: 'none', claims: 'failure' } } },
  ledger: (entries) =>
    chainedAgain(entries, (e, i) =>
      i === entries.length - 1 && e.from === 'TEST' ? ({ ...e, event: 'passed' } as Entry) : e,
    ),
  files: async () => undefined,
  expected: 'not valid',
  says: 'holds another verdict than follows from the evidence',
}
