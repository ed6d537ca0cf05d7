/** The evidence of one round was not written. */
import type { Disturbance } from '../attack.ts'

export const roundLost: Disturbance = {
  id: 'round-lost',
  what: 'the evidence of one round was not written',
  run: (input, dice) => {
    const rounds = input.items.connectivity ?? []
    const lost = Math.floor(dice() * rounds.length)
    return { ...input, items: { ...input.items, connectivity: rounds.filter((_, i) => i !== lost) } }
  },
}
