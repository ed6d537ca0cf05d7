/** What ran at the beginning could not be read on one node. */
import type { Disturbance } from '../attack.ts'

export const processesNotProvenBefore: Disturbance = {
  id: 'processes-not-proven-before',
  what: 'what ran at the beginning could not be read on one node',
  run: (input) => ({ ...input, evidence: { ...input.evidence, runningBefore: input.evidence.runningBefore.slice(1) } }),
}
