/** The NAT of one node could not be measured. */
import type { Disturbance } from '../attack.ts'

export const natNotMeasured: Disturbance = {
  id: 'nat-not-measured',
  what: 'the NAT of one node could not be measured',
  run: (input, dice) => {
    const lost = Math.floor(dice() * input.measurements.before.length)
    return {
      ...input,
      measurements: { ...input.measurements, before: input.measurements.before.filter((_, i) => i !== lost) },
    }
  },
}
