/** The receiver writes its hash in capitals. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const recordInCapitals: Disturbance = {
  id: 'record-in-capitals',
  what: 'the receiver writes its hash in capitals',
  step: (attempt) =>
    attempt.record.kind === 'there'
      ? { ...attempt, record: thereIs({ ...attempt.record.value, sha256: attempt.record.value.sha256.toUpperCase() }) }
      : attempt,
}
