/** A node cannot be looked at at all. */
import { notRead } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const everythingUnreadable: Disturbance = {
  id: 'everything-unreadable',
  what: 'a node cannot be looked at at all',
  look: (reading) => ({
    ...reading,
    counters: notRead('no route to host'),
    box: reading.box === null ? null : notRead('no route to host'),
  }),
}
