/** The payload goes by ICMP echoes, junk of its size by UDP. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const icmpTunnel: Lie = {
  id: 'icmp-tunnel',
  what: 'the payload goes by ICMP echoes, junk of its size by UDP',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
      udp(dial.pair.from, 0x0800, dial.pair.to, 0, dial.attempt.bytes, {
        protocol: 'icmp',
        payload: dial.attempt.bytes,
      }),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
