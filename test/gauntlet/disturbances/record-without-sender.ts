/** The receiver does not say who sent. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const recordWithoutSender: Disturbance = {
  id: 'record-without-sender',
  what: 'the receiver does not say who sent',
  step: (attempt) =>
    attempt.record.kind === 'there'
      ? { ...attempt, record: thereIs({ ...attempt.record.value, from: null }) }
      : attempt,
}
