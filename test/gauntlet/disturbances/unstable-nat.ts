/** A NAT changed its behaviour between two measurements. */
import type { Disturbance } from '../attack.ts'

export const unstableNat: Disturbance = {
  id: 'unstable-nat',
  what: 'a NAT changed its behaviour between two measurements',
  run: (input) => ({
    ...input,
    measurements: input.measurements.map((m) => (m.node === 'saorsa-6' ? { ...m, stable: false } : m)),
  }),
}
