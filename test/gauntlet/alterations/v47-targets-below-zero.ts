/** Targets below zero, and a chain of entries that confirms them. */
import { planned, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V47',
  what: 'targets below zero, and a chain of entries that confirms them',
  of: { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  ledger: 'none',
  bundle: (b) => planned(b, (targets) => ({ ...targets, direct: -1 })),
  expected: 'not valid',
  says: 'is not from 0 to 100',
}
