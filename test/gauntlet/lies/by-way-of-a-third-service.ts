/** The dialler hands the payload to its service, that to a third node's, which sends it on; junk on the leg. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const byWayOfAThirdService: Lie = {
  id: 'by-way-of-a-third-service',
  what: "the dialler hands the payload to its service, that to a third node's, which sends it on; junk on the leg",
  does: (dial) => {
    const { bytes, servicePort } = dial.attempt
    return {
      traffic: [
        ...introduction(dial),
        straight(dial, bytes, 0),
        answer(dial),
        udp(dial.pair.from, servicePort, dial.relay, servicePort, bytes, { payload: bytes }),
        udp(dial.relay, servicePort, dial.pair.to, servicePort, bytes, { payload: bytes }),
      ],
      claim: saidOf('direct'),
      writes: 'what it has',
      names: dial.pair.from,
    }
  },
}
