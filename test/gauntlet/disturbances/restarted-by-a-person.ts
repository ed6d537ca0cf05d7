/** Somebody restarted the service of one node. */
import type { Disturbance } from '../attack.ts'

export const restartedByAPerson: Disturbance = {
  id: 'restarted-by-a-person',
  what: 'somebody restarted the service of one node',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      runningAfter: input.evidence.runningAfter.map((p, i) =>
        i === 0 ? { ...p, pid: 9999, startedAt: p.startedAt + 1_000_000 } : p,
      ),
    },
  }),
}
