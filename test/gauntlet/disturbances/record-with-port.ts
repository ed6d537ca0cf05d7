/** The receiver writes the sender with its port. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const recordWithPort: Disturbance = {
  id: 'record-with-port',
  what: 'the receiver writes the sender with its port',
  step: (attempt) =>
    attempt.record.kind === 'there' && attempt.record.value.from !== null
      ? { ...attempt, record: thereIs({ ...attempt.record.value, from: `${attempt.record.value.from}:4711` }) }
      : attempt,
}
