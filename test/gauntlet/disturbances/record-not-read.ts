/** The receiver's record could not be read. */
import { notRead } from '../../../src/domain/evidence.ts'
import type { Disturbance } from '../attack.ts'

export const recordNotRead: Disturbance = {
  id: 'record-not-read',
  what: "the receiver's record could not be read",
  step: (attempt) => ({ ...attempt, record: notRead('the SSH channel closed') }),
}
