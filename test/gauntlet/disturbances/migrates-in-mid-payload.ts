/** An honest program begins by relay and goes on end to end, in the middle of a payload. */
import { answer, straight, throughRelay } from '../program.ts'
import type { Disturbance } from '../attack.ts'

export const migratesInMidPayload: Disturbance = {
  id: 'migrates-in-mid-payload',
  what: 'an honest program begins by relay and goes on end to end, in the middle of a payload',
  wire: (dial, deed) => {
    const half = dial.attempt.bytes >> 1
    const rest = dial.attempt.bytes - half
    return dial.expected === 'end-to-end' && deed.claim.success === true && deed.writes === 'what it has'
      ? {
          ...deed,
          traffic: [
            ...deed.traffic.filter((t) => t.payload === 0),
            ...throughRelay(dial, half, half),
            straight(dial, rest, rest),
            answer(dial),
          ],
        }
      : deed
  },
}
