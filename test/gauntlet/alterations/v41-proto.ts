/** A key that is the prototype’s. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V41',
  what: 'a key that is the prototype’s',
  ledger: 'none',
  files: (folder) =>
    edit(folder, 'evidence/facts.json', (t) => t.replace('"test": 1,', '"test": 1,\n "__proto__": {"session": "s2"},')),
  again: true,
  expected: 'not valid',
}
