/** The dial to nobody could not be made. */
import type { Disturbance } from '../attack.ts'

export const ghostNotRun: Disturbance = {
  id: 'ghost-not-run',
  what: 'the dial to nobody could not be made',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      controls: input.evidence.controls.map((c) => (c.name === 'nonexistent-peer' ? { ...c, seen: 'error' } : c)),
    },
  }),
}
