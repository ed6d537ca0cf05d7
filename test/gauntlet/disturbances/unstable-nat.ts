/** The mapping of a NAT moves under unsolicited packets. */
import { inBoth } from '../../kit/consistent.ts'
import type { Disturbance } from '../attack.ts'

export const unstableNat: Disturbance = {
  id: 'unstable-nat',
  what: 'the mapping of a NAT moves under unsolicited packets',
  run: (input) => ({
    ...input,
    measurements: inBoth(input.measurements, (m) => (m.node === 'saorsa-6' ? { ...m, stable: false } : m)),
  }),
}
