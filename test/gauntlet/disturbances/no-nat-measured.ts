/** No NAT could be measured. */
import type { Disturbance } from '../attack.ts'

export const noNatMeasured: Disturbance = {
  id: 'no-nat-measured',
  what: 'no NAT could be measured',
  run: (input) => ({ ...input, measurements: { before: [], after: [] } }),
}
