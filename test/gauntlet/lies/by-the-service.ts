/** The dialler hands the payload to its own node's service, which sends it by TCP; junk on the straight leg. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const byTheService: Lie = {
  id: 'by-the-service',
  what: "the dialler hands the payload to its own node's service, which sends it by TCP; junk on the straight leg",
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
      udp(dial.pair.from, 33_004, dial.pair.to, 8443, dial.attempt.bytes, {
        protocol: 'tcp',
        by: 'service',
        payload: dial.attempt.bytes,
      }),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
