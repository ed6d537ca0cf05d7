/** Packets are sent twice. */
import type { Disturbance } from '../attack.ts'

export const repeatedPackets: Disturbance = {
  id: 'repeated-packets',
  what: 'packets are sent twice',
  wire: (_dial, deed) => ({
    ...deed,
    traffic: deed.traffic.flatMap((t) =>
      t.protocol === 'udp'
        ? [t, { ...t, payload: 0, bytes: Math.ceil(t.bytes / 3), packets: Math.ceil(t.packets / 3) }]
        : [t],
    ),
  }),
}
