/** A round was written down twice. */
import type { Disturbance } from '../attack.ts'

export const aRoundTwice: Disturbance = {
  id: 'a-round-twice',
  what: 'a round was written down twice',
  run: (input) => ({
    ...input,
    items: {
      ...input.items,
      connectivity: [...(input.items.connectivity ?? []), ...(input.items.connectivity ?? []).slice(0, 1)],
    },
  }),
}
