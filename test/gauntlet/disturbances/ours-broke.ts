/** A step of ours broke. */
import type { Disturbance } from '../attack.ts'

export const oursBroke: Disturbance = {
  id: 'ours-broke',
  what: 'a step of ours broke',
  step: (attempt) => ({ ...attempt, fault: { kind: 'harness', message: 'no port was free' } }),
}
