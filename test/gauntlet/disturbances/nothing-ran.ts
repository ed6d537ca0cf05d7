/** The run ended before its first round. */
import type { Disturbance } from '../attack.ts'

export const nothingRan: Disturbance = {
  id: 'nothing-ran',
  what: 'the run ended before its first round',
  run: (input) => ({ ...input, items: { ...input.items, connectivity: [] } }),
}
