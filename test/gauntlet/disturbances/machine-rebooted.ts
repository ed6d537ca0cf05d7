/** A machine was rebooted in mid-test. */
import type { Disturbance } from '../attack.ts'

export const machineRebooted: Disturbance = {
  id: 'machine-rebooted',
  what: 'a machine was rebooted in mid-test',
  run: (input) => ({
    ...input,
    evidence: {
      ...input.evidence,
      runningAfter: input.evidence.runningAfter.map((p, i) =>
        i === 1 ? { ...p, bootId: 'another boot', pid: 300, startedAt: p.startedAt + 1_000_000 } : p,
      ),
    },
  }),
}
