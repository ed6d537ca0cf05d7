/** The service talks to its registry by HTTP. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const registryTalk: Disturbance = {
  id: 'registry-talk',
  what: 'the service talks to its registry by HTTP',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [...deed.traffic, udp(dial.pair.from, 41_000, 'saorsa-1', 8080, 1800, { protocol: 'tcp', by: 'service' })],
  }),
}
