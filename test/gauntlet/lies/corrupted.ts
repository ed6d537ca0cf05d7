/** The payload is corrupted on the wire, the receiver announces what it should have been. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight } from '../program.ts'

export const corrupted: Lie = {
  id: 'corrupted',
  what: 'the payload is corrupted on the wire, the receiver announces what it should have been',
  does: (dial) => ({
    traffic: [...introduction(dial), straight(dial, dial.attempt.bytes + 500, 0), answer(dial)],
    claim: saidOf('hole_punched'),
    writes: 'the announced length and any hash',
    names: dial.pair.from,
  }),
}
