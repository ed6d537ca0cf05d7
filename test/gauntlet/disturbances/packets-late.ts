/** The answer comes back after the look. */
import type { Disturbance } from '../attack.ts'

export const packetsLate: Disturbance = {
  id: 'packets-late',
  what: 'the answer comes back after the look',
  wire: (dial, deed) => ({
    ...deed,
    traffic: deed.traffic.filter((t) => t.from !== dial.pair.to || t.to !== dial.pair.from),
  }),
}
