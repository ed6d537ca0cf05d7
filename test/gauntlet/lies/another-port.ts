/** The payload goes from another port to another port, junk of its size between the agreed ones. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const anotherPort: Lie = {
  id: 'another-port',
  what: 'the payload goes from another port to another port, junk of its size between the agreed ones',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
      udp(dial.pair.from, 31_337, dial.pair.to, 31_338, dial.attempt.bytes, { payload: dial.attempt.bytes }),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
