/** Half of the payload goes by TCP, and junk fills the leg up to its size. */
import type { Lie } from '../attack.ts'
import { answer, introduction, saidOf, straight, udp } from '../program.ts'

export const halfAnotherWay: Lie = {
  id: 'half-another-way',
  what: 'half of the payload goes by TCP, and junk fills the leg up to its size',
  does: (dial) => {
    const half = dial.attempt.bytes >> 1
    return {
      traffic: [
        ...introduction(dial),
        straight(dial, dial.attempt.bytes, dial.attempt.bytes - half),
        answer(dial),
        udp(dial.pair.from, 33_007, dial.pair.to, 8443, half, { protocol: 'tcp', payload: half }),
      ],
      claim: saidOf('direct'),
      writes: 'what it has',
      names: dial.pair.from,
    }
  },
}
