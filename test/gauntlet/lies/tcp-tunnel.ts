/** The payload goes by TCP, junk of its size by UDP. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const tcpTunnel: Lie = {
  id: 'tcp-tunnel',
  what: 'the payload goes by TCP, junk of its size by UDP',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
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
