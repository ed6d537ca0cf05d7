/** Lower targets than the configuration asks for, and a chain that confirms them. */
import { planned, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V47b',
  what: 'lower targets than the configuration asks for, and a chain that confirms them',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  bundle: (b) => planned(b, (targets) => ({ ...targets, direct: 0 })),
  expected: 'not valid',
  says: 'is not what the configuration asks for',
}
