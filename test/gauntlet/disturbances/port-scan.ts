/** A stranger scans the callee. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const portScan: Disturbance = {
  id: 'port-scan',
  what: 'a stranger scans the callee',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [
      ...deed.traffic,
      ...[1, 2, 3].map((k) => udp('saorsa-1', 60_000 + k, dial.pair.to, k, 60, { by: 'root' })),
    ],
  }),
}
