/** Another project's dial passes between the same two nodes, as root's container. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const anotherSessionDials: Disturbance = {
  id: 'another-session-dials',
  what: "another project's dial passes between the same two nodes, as root's container",
  wire: (dial, deed) => ({
    ...deed,
    traffic: [...deed.traffic, udp(dial.pair.from, 15_555, dial.pair.to, 9100, 50_000, { by: 'root' })],
  }),
}
