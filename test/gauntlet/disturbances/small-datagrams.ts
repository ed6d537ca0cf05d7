/** The path lets small datagrams through only, so that there are many. */
import type { Disturbance } from '../attack.ts'

export const smallDatagrams: Disturbance = {
  id: 'small-datagrams',
  what: 'the path lets small datagrams through only, so that there are many',
  wire: (_dial, deed) => ({
    ...deed,
    traffic: deed.traffic.map((t) => ({ ...t, packets: t.packets * 3, bytes: t.bytes + t.packets * 120 })),
  }),
}
