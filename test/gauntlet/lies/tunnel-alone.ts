/** The payload goes by TCP, and no UDP at all. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf, udp } from '../program.ts'

export const tunnelAlone: Lie = {
  id: 'tunnel-alone',
  what: 'the payload goes by TCP, and no UDP at all',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      udp(dial.pair.from, 33_001, dial.pair.to, 8443, dial.attempt.bytes, {
        protocol: 'tcp',
        payload: dial.attempt.bytes,
      }),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
