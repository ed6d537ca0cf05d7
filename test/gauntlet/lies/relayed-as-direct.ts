/** The payload goes through the relay, junk of its size on the straight leg. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, throughRelay } from '../program.ts'

export const relayedAsDirect: Lie = {
  id: 'relayed-as-direct',
  what: 'the payload goes through the relay, junk of its size on the straight leg',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      ...throughRelay(dial, dial.attempt.bytes, dial.attempt.bytes),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.relay,
  }),
}
