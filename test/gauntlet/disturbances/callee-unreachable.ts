/** The callee could not be reached over SSH. */
import type { Disturbance } from '../attack.ts'

export const calleeUnreachable: Disturbance = {
  id: 'callee-unreachable',
  what: 'the callee could not be reached over SSH',
  step: (attempt) => ({ ...attempt, fault: { kind: 'infra', message: 'no route to host', node: attempt.pair.to } }),
}
