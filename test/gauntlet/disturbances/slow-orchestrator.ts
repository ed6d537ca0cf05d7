/** The orchestrator was suspended for a minute. */
import type { Disturbance } from '../attack.ts'

export const slowOrchestrator: Disturbance = {
  id: 'slow-orchestrator',
  what: 'the orchestrator was suspended for a minute',
  step: (attempt) => ({ ...attempt, endedAt: attempt.endedAt + 60_000 }),
}
