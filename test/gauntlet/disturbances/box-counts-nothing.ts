/** The counters of a NAT box were reset by others. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const boxCountsNothing: Disturbance = {
  id: 'box-counts-nothing',
  what: 'the counters of a NAT box were reset by others',
  look: (reading) =>
    reading.box?.kind === 'there'
      ? {
          ...reading,
          box: thereIs({ ...reading.box.value, counters: { ...reading.box.value.counters, in: [], out: [] } }),
        }
      : reading,
}
