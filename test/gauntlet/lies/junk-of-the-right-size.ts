/** The nonce goes by a small message, junk makes the counters agree. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight } from '../program.ts'

export const junkOfTheRightSize: Lie = {
  id: 'junk-of-the-right-size',
  what: 'the nonce goes by a small message, junk makes the counters agree',
  does: (dial) => ({
    traffic: [...introduction(dial), straight(dial, dial.attempt.bytes, 0), answer(dial)],
    claim: saidOf('direct'),
    writes: 'the announced length and any hash',
    names: dial.pair.from,
  }),
}
