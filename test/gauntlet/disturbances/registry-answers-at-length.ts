/** The registry sends a long list of peers. */
import { udp } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const registryAnswersAtLength: Disturbance = {
  id: 'registry-answers-at-length',
  what: 'the registry sends a long list of peers',
  wire: (dial, deed) => ({
    ...deed,
    traffic: [
      ...deed.traffic,
      udp('saorsa-1', 8080, dial.pair.from, 41_000, 150_000, { protocol: 'tcp', by: 'service' }),
    ],
  }),
}
