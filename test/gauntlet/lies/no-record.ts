/** Delivers, and the receiver writes nothing down. */
import type { Lie } from '../attack.ts'
import { saidOf } from '../program.ts'

export const noRecord: Lie = {
  id: 'no-record',
  what: 'delivers, and the receiver writes nothing down',
  does: (_dial, honestly) => ({ ...honestly, claim: saidOf('direct'), writes: 'nothing' }),
}
