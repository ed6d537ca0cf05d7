/** A hundred thousand levels. */
import { edit, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V46',
  what: 'a hundred thousand levels',
  ledger: 'none',
  files: (folder) => edit(folder, 'evidence/nat.json', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  again: true,
  expected: 'not valid',
  says: 'cannot be read',
}
