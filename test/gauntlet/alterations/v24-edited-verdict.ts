/** Another version in the facts, and reasons taken out of the verdict. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V24',
  what: 'another version in the facts, and reasons taken out of the verdict',
  of: { attempts: { 'class:relay': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  files: async (folder) => {
    await edit(folder, 'evidence/facts.json', (t) => t.replace('"version": "1.2.3"', '"version": "0.0.9"'))
    await edit(folder, 'evidence/verdict.json', (t) => t.replace(/"text": "[^"]*"/, '"text": "the weather"'))
  },
  again: true,
  expected: 'not valid',
  says: 'verdict.json does not follow from the evidence: it says that vps-test 0.0.9 wrote it',
}
