/** The run ended after half of its rounds. */
import type { Disturbance } from '../attack.ts'

export const halfTheRounds: Disturbance = {
  id: 'half-the-rounds',
  what: 'the run ended after half of its rounds',
  run: (input) => ({
    ...input,
    items: { ...input.items, connectivity: (input.items.connectivity ?? []).slice(0, 14) },
  }),
}
