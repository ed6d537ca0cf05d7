/** The payload goes through another node by TCP, junk of its size on the straight leg. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const throughAThirdNode: Lie = {
  id: 'through-a-third-node',
  what: 'the payload goes through another node by TCP, junk of its size on the straight leg',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
      udp(dial.pair.from, 33_002, 'saorsa-1', 8080, dial.attempt.bytes, {
        protocol: 'tcp',
        payload: dial.attempt.bytes,
      }),
      udp('saorsa-1', 33_003, dial.pair.to, 8443, dial.attempt.bytes, {
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
