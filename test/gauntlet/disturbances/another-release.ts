/** Somebody deployed another release by hand on one node. */
import type { Disturbance } from '../attack.ts'

export const anotherRelease: Disturbance = {
  id: 'another-release',
  what: 'somebody deployed another release by hand on one node',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      runningAfter: input.evidence.runningAfter.map((p, i) => (i === 0 ? { ...p, exeSha256: 'f'.repeat(64) } : p)),
    },
  }),
}
