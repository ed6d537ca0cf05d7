/** The machines announce themselves by multicast. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const mdns: Disturbance = {
  id: 'mdns',
  what: 'the machines announce themselves by multicast',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [...deed.traffic, udp(dial.pair.from, 5353, dial.pair.to, 5353, 400, { by: 'root' })],
  }),
}
