/** A key of the manifest twice. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V04',
  what: 'a key of the manifest twice',
  ledger: 'true',
  files: (folder) => edit(folder, 'manifest.json', (t) => t.replace('"root":', '"root": "x",\n "root":')),
  expected: 'not valid',
  says: 'manifest.json: not written as it was sealed',
}
