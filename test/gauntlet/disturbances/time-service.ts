/** A machine asks for the time. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const timeService: Disturbance = {
  id: 'time-service',
  what: 'a machine asks for the time',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [...deed.traffic, udp(dial.pair.to, 123, dial.relay, 123, 76, { by: 'root' })],
  }),
}
