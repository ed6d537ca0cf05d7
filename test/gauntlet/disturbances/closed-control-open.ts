/** The closed path of the controls was open. */
import type { Disturbance } from '../attack.ts'

export const closedControlOpen: Disturbance = {
  id: 'closed-control-open',
  what: 'the closed path of the controls was open',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      controls: input.evidence.controls.map((c) => (c.name === 'closed-path' ? { ...c, seen: 'through' } : c)),
    },
  }),
}
