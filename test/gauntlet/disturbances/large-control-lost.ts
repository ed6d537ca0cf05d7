/** The large datagram of the controls was lost. */
import type { Disturbance } from '../attack.ts'

export const largeControlLost: Disturbance = {
  id: 'large-control-lost',
  what: 'the large datagram of the controls was lost',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      controls: input.evidence.controls.map((c) => (c.name === 'large-datagram' ? { ...c, seen: 'blocked' } : c)),
    },
  }),
}
