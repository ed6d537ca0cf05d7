/** What runs could not be read on one node. */
import type { Disturbance } from '../attack.ts'

export const processesNotProven: Disturbance = {
  id: 'processes-not-proven',
  what: 'what runs could not be read on one node',
  run: (input) => ({ ...input, evidence: { ...input.evidence, runningAfter: input.evidence.runningAfter.slice(1) } }),
}
