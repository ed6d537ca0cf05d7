/** Claims a success and sends nothing. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf } from '../program.ts'

export const nothingSent: Lie = {
  id: 'nothing-sent',
  what: 'claims a success and sends nothing',
  does: (dial) => ({ traffic: introduction(dial), claim: saidOf('direct'), writes: 'nothing', names: null }),
}
