/** A part never arrives, success is claimed all the same. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight } from '../program.ts'

export const partsMissing: Lie = {
  id: 'parts-missing',
  what: 'a part never arrives, success is claimed all the same',
  does: (dial) => ({
    traffic: [
      ...introduction(dial),
      straight(dial, Math.floor(dial.attempt.bytes * 0.9), Math.floor(dial.attempt.bytes * 0.9)),
      answer(dial),
    ],
    claim: saidOf('direct'),
    writes: 'the parts that are missing',
    names: dial.pair.from,
  }),
}
