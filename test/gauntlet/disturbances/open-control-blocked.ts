/** The open path of the controls was blocked. */
import type { Disturbance } from '../attack.ts'

export const openControlBlocked: Disturbance = {
  id: 'open-control-blocked',
  what: 'the open path of the controls was blocked',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      controls: input.evidence.controls.map((c) => (c.name === 'open-path' ? { ...c, seen: 'blocked' } : c)),
    },
  }),
}
