/** The packet witness saw nothing of a control. */
import type { Disturbance } from '../attack.ts'

export const controlUnwitnessed: Disturbance = {
  id: 'control-unwitnessed',
  what: 'the packet witness saw nothing of a control',
  run: (input) => ({
    ...input,
    evidence: { ...input.evidence, controls: input.evidence.controls.map((c) => ({ ...c, witnessed: false })) },
  }),
}
