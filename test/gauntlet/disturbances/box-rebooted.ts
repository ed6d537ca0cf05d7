/** A NAT box was restarted: it knows no mapping any more. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const boxRebooted: Disturbance = {
  id: 'box-rebooted',
  what: 'a NAT box was restarted: it knows no mapping any more',
  look: (reading) =>
    reading.box?.kind === 'there' ? { ...reading, box: thereIs({ ...reading.box.value, mappings: [] }) } : reading,
}
