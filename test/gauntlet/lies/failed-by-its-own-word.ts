/** The dialler says that it failed. */
import type { Lie } from '../attack.ts'
import { saidOf } from '../program.ts'

export const failedByItsOwnWord: Lie = {
  id: 'failed-by-its-own-word',
  what: 'the dialler says that it failed',
  does: (_dial, honestly) => ({ ...honestly, claim: saidOf(null, false) }),
}
