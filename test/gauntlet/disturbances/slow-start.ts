/** The first packets are lost and sent again. */
import type { Disturbance } from '../attack.ts'

export const slowStart: Disturbance = {
  id: 'slow-start',
  what: 'the first packets are lost and sent again',
  wire: (_dial, deed) => ({
    ...deed,
    traffic: deed.traffic.flatMap((t) =>
      t.protocol === 'udp' && t.arrives ? [{ ...t, arrives: false, payload: 0, packets: 3, bytes: 3600 }, t] : [t],
    ),
  }),
}
