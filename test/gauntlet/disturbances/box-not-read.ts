/** A NAT box could not be read. */
import { notRead } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const boxNotRead: Disturbance = {
  id: 'box-not-read',
  what: 'a NAT box could not be read',
  look: (reading) => (reading.box === null ? reading : { ...reading, box: notRead('conntrack: not permitted') }),
}
