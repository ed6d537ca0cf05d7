/** The NAT of one node could not be measured again after the last round. */
import type { Disturbance } from '../attack.ts'

export const natNotMeasuredAgain: Disturbance = {
  id: 'nat-not-measured-again',
  what: 'the NAT of one node could not be measured again after the last round',
  run: ({ measurements, ...input }, dice) => {
    const lost = Math.floor(dice() * measurements.after.length)
    return { ...input, measurements: { ...measurements, after: measurements.after.filter((_, i) => i !== lost) } }
  },
}
