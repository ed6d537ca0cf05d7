/** Another version in the facts, and a page of pure invention. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V23',
  what: 'another version in the facts, and a page of pure invention',
  ledger: 'none',
  files: async (folder, { sealed }) => {
    await edit(folder, 'evidence/facts.json', (t) => t.replace('"version": "1.2.3"', '"version": "0.0.9"'))
    await edit(folder, sealed.proofPath.replace(/.*\//, ''), () => '# everything passed\n')
  },
  again: true,
  expected: 'not valid',
  says: 'it says that vps-test 0.0.9 wrote it',
}
