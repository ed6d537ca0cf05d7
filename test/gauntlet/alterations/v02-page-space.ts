/** A space after the proof page. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V02',
  what: 'a space after the proof page',
  ledger: 'true',
  files: (folder, { sealed }) => edit(folder, sealed.proofPath.replace(/.*\//, ''), (t) => `${t} `),
  expected: 'not valid',
  says: 'does not follow from the evidence',
}
