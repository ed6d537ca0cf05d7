/** A cron job of the machine runs as nobody and sends a megabyte to another node. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const aJobAsNobody: Disturbance = {
  id: 'a-job-as-nobody',
  what: 'a cron job of the machine runs as nobody and sends a megabyte to another node',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [...deed.traffic, udp(dial.pair.from, 43_000, 'saorsa-1', 443, 1_000_000, { protocol: 'tcp' })],
  }),
}
