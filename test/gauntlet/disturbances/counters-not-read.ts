/** A node's counters could not be read. */
import { notRead } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const countersNotRead: Disturbance = {
  id: 'counters-not-read',
  what: "a node's counters could not be read",
  look: (reading) => ({ ...reading, counters: notRead('the SSH channel closed') }),
}
