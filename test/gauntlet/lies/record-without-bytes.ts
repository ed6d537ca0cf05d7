/** The nonce goes by a small message, the receiver writes down a length and guesses a hash. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf, udp } from '../program.ts'

export const recordWithoutBytes: Lie = {
  id: 'record-without-bytes',
  what: 'the nonce goes by a small message, the receiver writes down a length and guesses a hash',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      udp(dial.pair.from, dial.attempt.localPort, dial.pair.to, dial.attempt.servicePort, 84),
    ],
    claim: saidOf('direct'),
    writes: 'the announced length and any hash',
    names: dial.pair.from,
  }),
}
