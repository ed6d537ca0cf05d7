/** No control could be run. */
import type { Disturbance } from '../attack.ts'

export const controlsNotRun: Disturbance = {
  id: 'controls-not-run',
  what: 'no control could be run',
  run: (input) => ({ ...input, evidence: { ...input.evidence, controls: [] } }),
}
