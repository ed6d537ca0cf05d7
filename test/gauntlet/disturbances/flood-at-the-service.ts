/** A stranger floods the service port with junk. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const floodAtTheService: Disturbance = {
  id: 'flood-at-the-service',
  what: 'a stranger floods the service port with junk',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [
      ...deed.traffic,
      udp('saorsa-1', 60_100, dial.pair.to, dial.attempt.servicePort, 900_000, { by: 'root' }),
    ],
  }),
}
