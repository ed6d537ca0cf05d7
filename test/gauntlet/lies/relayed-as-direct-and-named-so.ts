/** The same, and the receiver names the caller as the sender. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, throughRelay } from '../program.ts'

export const relayedAsDirectAndNamedSo: Lie = {
  id: 'relayed-as-direct-and-named-so',
  what: 'the same, and the receiver names the caller as the sender',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      ...throughRelay(dial, dial.attempt.bytes, dial.attempt.bytes),
      straight(dial, dial.attempt.bytes, 0),
      answer(dial),
    ],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
