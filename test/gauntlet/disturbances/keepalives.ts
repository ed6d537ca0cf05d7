/** The service keeps other connections alive. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const keepalives: Disturbance = {
  id: 'keepalives',
  what: 'the service keeps other connections alive',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [
      ...deed.traffic,
      udp(dial.pair.to, 9000, dial.relay, 9000, 900),
      udp(dial.pair.from, 9000, dial.relay, 9000, 900),
      udp(dial.relay, 9000, dial.pair.to, 9000, 900),
    ],
  }),
}
