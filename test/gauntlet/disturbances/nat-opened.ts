/** NATs were opened after they had been measured, and closed again: what must relay goes end to end. */
import type { Disturbance } from '../attack.ts'
import { honest } from '../program.ts'

export const natOpened: Disturbance = {
  id: 'nat-opened',
  what: 'NATs were opened after they had been measured, and closed again',
  wire: (dial, deed) => (dial.expected === 'relayed' ? honest({ ...dial, expected: 'end-to-end' }) : deed),
}
