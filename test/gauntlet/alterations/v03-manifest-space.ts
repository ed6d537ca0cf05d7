/** A space after the manifest. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V03',
  what: 'a space after the manifest',
  ledger: 'true',
  files: (folder) => edit(folder, 'manifest.json', (t) => `${t} `),
  expected: 'not valid',
  says: 'manifest.json: not written as it was sealed',
}
