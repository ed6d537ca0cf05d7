/** Another peer is dialled than the one that was asked for. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf, udp } from '../program.ts'

export const anotherPeer: Lie = {
  id: 'another-peer',
  what: 'another peer is dialled than the one that was asked for',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      udp(dial.pair.from, dial.attempt.localPort, dial.relay, dial.attempt.servicePort, dial.attempt.bytes),
    ],
    claim: saidOf('direct'),
    writes: 'nothing',
    names: dial.pair.from,
  }),
}
