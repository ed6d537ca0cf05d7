/** A node's counter set is full. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const overflow: Disturbance = {
  id: 'overflow',
  what: "a node's counter set is full",
  look: (reading) =>
    reading.counters.kind === 'there'
      ? { ...reading, counters: thereIs({ ...reading.counters.value, overflow: true }) }
      : reading,
}
