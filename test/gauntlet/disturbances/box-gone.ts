/** The table of a NAT box is gone. */
import type { Disturbance } from '../attack.ts'

export const boxGone: Disturbance = {
  id: 'box-gone',
  what: 'the table of a NAT box is gone',
  look: (reading) => (reading.box === null ? reading : { ...reading, box: { kind: 'absent' } }),
}
