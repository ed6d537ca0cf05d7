/** The payload is thrown at the callee, nothing ever comes back. */
import type { Lie } from '../attack.ts'
import { introduction, saidOf, straight } from '../program.ts'

export const noWayBack: Lie = {
  id: 'no-way-back',
  what: 'the payload is thrown at the callee, nothing ever comes back',
  does: (dial) => ({
    traffic: [...introduction(dial), straight(dial, dial.attempt.bytes, dial.attempt.bytes)],
    claim: saidOf('direct'),
    writes: 'what it has',
    names: dial.pair.from,
  }),
}
