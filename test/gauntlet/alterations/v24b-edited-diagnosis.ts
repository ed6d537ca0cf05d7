/** The sealed diagnosis of a failure blames the network. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V24b',
  what: 'the sealed diagnosis of a failure blames somebody else',
  of: { attempts: { 'class:relay': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  files: (folder) =>
    edit(folder, 'evidence/diagnosis.json', (t) => t.replace('"owner": "product"', '"owner": "infra"')),
  again: true,
  expected: 'not valid',
  says: 'diagnosis.json does not follow from the evidence',
}
