/** The machine itself sends megabytes (updates, backups), as root. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const machineAtWork: Disturbance = {
  id: 'machine-at-work',
  what: 'the machine itself sends megabytes (updates, backups), as root',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [
      ...deed.traffic,
      udp(dial.pair.from, 42_000, 'saorsa-1', 443, 3_000_000, { protocol: 'tcp', by: 'root' }),
    ],
  }),
}
