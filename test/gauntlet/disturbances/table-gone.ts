/** A firewall was reloaded: our table is gone. */
import type { Disturbance } from '../attack.ts'

export const tableGone: Disturbance = {
  id: 'table-gone',
  what: 'a firewall was reloaded: our table is gone',
  look: (reading) => ({ ...reading, counters: { kind: 'absent' } }),
}
