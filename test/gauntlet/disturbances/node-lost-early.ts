/** A node was lost before the test. */
import type { Disturbance } from '../attack.ts'

export const nodeLostEarly: Disturbance = {
  id: 'node-lost-early',
  what: 'a node was lost before the test',
  run: (input) => ({
    ...input,
    excluded: [...input.excluded, { node: 'saorsa-9', why: 'no route to host' }],
    items: {
      ...input.items,
      connectivity: (input.items.connectivity ?? []).map((round) => ({
        ...round,
        attempts: round.attempts.filter(({ pair }) => pair.from !== 'saorsa-9' && pair.to !== 'saorsa-9'),
      })),
    },
  }),
}
