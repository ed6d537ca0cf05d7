/** The receiver writes the sender as IPv4 in IPv6. */
import { thereIs } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const recordWithMappedSender: Disturbance = {
  id: 'record-with-mapped-sender',
  what: 'the receiver writes the sender as IPv4 in IPv6',
  step: (attempt) =>
    attempt.record.kind === 'there' && attempt.record.value.from !== null
      ? { ...attempt, record: thereIs({ ...attempt.record.value, from: `[::ffff:${attempt.record.value.from}]:4711` }) }
      : attempt,
}
